"""A mutant: one bug in one file, and the tests that are to kill it."""

from dataclasses import dataclass
from pathlib import Path


class DoesNotApply(Exception):
    """The code has moved on: the mutant has to follow it."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """In `file`, `old` becomes `new`; then one of the `killers` (pytest targets) has to fail.

    `name` says what is broken. `old` stands exactly once in the file: as short as it can be, so
    that it lives through changes nearby.
    """

    name: str
    file: str
    old: str
    new: str
    killers: tuple[str, ...]

    def applied_to(self, text: str) -> str:
        """The broken file. Raises DoesNotApply."""
        found = text.count(self.old)
        if found != 1:
            raise DoesNotApply(f"{self.file} holds the text to replace {found} times")
        return text.replace(self.old, self.new)

    def apply(self, tree: Path) -> None:
        """Breaks the file in a copy of the tree. Raises DoesNotApply."""
        path = tree / self.file
        if not path.is_file():
            raise DoesNotApply(f"there is no {self.file}")
        path.write_text(self.applied_to(path.read_text(encoding="utf-8")), encoding="utf-8")
