"""How much a run measures: sizes and durations in three steps."""

from dataclasses import dataclass
from enum import IntEnum
from typing import TypeVar

Size = TypeVar("Size", int, float)


class Depth(IntEnum):
    """TINY is for tests of the bench itself: its figures mean nothing."""

    TINY = 0
    QUICK = 1
    FULL = 2


@dataclass(frozen=True, slots=True)
class Effort:
    """How deep, and how often each contestant is measured."""

    depth: Depth
    repetitions: int

    def of(self, *, tiny: Size, quick: Size, full: Size) -> Size:
        """The size for this run."""
        return (tiny, quick, full)[self.depth]
