"""What a long piece of work says while it goes on."""

from typing import Protocol


class Progress(Protocol):
    """Told by one thread, or two in turns."""

    def begin(self, phase: str, total: int | None) -> None:
        """A phase begins, of so many steps if that is known."""
        ...

    def at(self, done: int, detail: str = "") -> None:
        """So many steps of the phase are done."""
        ...


class Silence:
    """Nobody listens."""

    def begin(self, phase: str, total: int | None) -> None:
        """Says nothing."""

    def at(self, done: int, detail: str = "") -> None:
        """Says nothing."""
