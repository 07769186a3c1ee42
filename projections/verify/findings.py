"""What verification found: each difference by name, and the sums."""

from dataclasses import dataclass, field
from enum import StrEnum


class What(StrEnum):
    """How something differs from history."""

    MISSING = "missing"
    EXTRA = "extra"
    MISORDERED = "misordered"
    CHANGED = "changed"
    """It is there, and says something else."""

    HORIZON = "horizon"
    CHECKPOINT = "checkpoint"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as history says.

    `item` names the kind ("feed"), `owner` whose it is (a person's or post's number), `entry`
    what in it differs (a post's or person's number; 0: the whole), `live` and `right` the values
    where that says more. `position`: as of which the shard was compared.
    """

    projection: str
    shard: str
    item: str
    owner: int
    what: What
    position: int
    entry: int = 0
    live: str = ""
    right: str = ""

    def __str__(self) -> str:
        where = f"{self.item} of {self.owner}" if self.owner else self.item
        entry = f" {self.entry}" if self.entry else ""
        values = f": {self.live or 'nothing'}, not {self.right}" if self.right else ""
        return f"{self.shard} {where}: {self.what}{entry}{values} (as of {self.position})"


@dataclass(slots=True)
class Tally:
    """Of one kind of items: how many were compared, and how many of them differed."""

    checked: int = 0
    different: int = 0

    @property
    def equal(self) -> int:
        """How many were as history says."""
        return self.checked - self.different


DIFFERENCES_KEPT_MAX = 10_000


@dataclass(slots=True)
class Findings:
    """Of one generation. `lowest` and `highest`: the positions as of which it was compared."""

    projection: str
    generation: int
    tallies: dict[str, Tally] = field(default_factory=dict[str, Tally])
    differences: list[Difference] = field(default_factory=list[Difference])
    repaired: int = 0
    lowest: int | None = None
    highest: int = 0

    def compared(self, item: str, checked: int, different: int, position: int) -> None:
        """Counts items of a kind that were compared as of a position."""
        tally = self.tallies.setdefault(item, Tally())
        tally.checked += checked
        tally.different += different
        self.lowest = position if self.lowest is None else min(self.lowest, position)
        self.highest = max(self.highest, position)

    def add(self, differences: list[Difference]) -> None:
        """Keeps differences, as many as anybody will read."""
        self.differences += differences[: DIFFERENCES_KEPT_MAX - len(self.differences)]

    @property
    def different(self) -> int:
        """Items that differed."""
        return sum(tally.different for tally in self.tallies.values())
