"""What repetitions of one measurement say, and whether a goal is met."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Better(StrEnum):
    """Which way a figure should go."""

    HIGHER = "higher"
    LOWER = "lower"


@dataclass(frozen=True, slots=True)
class Sample:
    """One figure, once for each repetition, in their order."""

    values: tuple[float, ...]

    def __post_init__(self) -> None:
        assert self.values, "nothing was measured"

    @property
    def median(self) -> float:
        """What is reported."""
        return statistics.median(self.values)

    @property
    def spread(self) -> tuple[float, float]:
        """The lowest and the highest: with a handful of repetitions, nothing is left out."""
        return min(self.values), max(self.values)


def advantage(ours: float, against: float, better: Better) -> float:
    """How many times better ours is; above 1 it is, whichever way the figure should go."""
    if better is Better.HIGHER:
        return ours / against if against else float("inf")
    return against / ours if ours else float("inf")


def advantage_spread(ours: Sample, against: Sample, better: Better) -> tuple[float, float]:
    """The least and the greatest advantage of any repetition over the one measured beside it."""
    ratios = [
        advantage(mine, theirs, better)
        for mine, theirs in zip(ours.values, against.values, strict=True)
    ]
    return min(ratios), max(ratios)


@dataclass(frozen=True, slots=True)
class Goal:
    """All that is stated has to hold, if anything is. `ratio_min`: how many times better than the
    other.
    """

    ratio_min: float | None = None
    ours_min: float | None = None
    ours_max: float | None = None

    def is_met(self, ours: float, ratio: float | None) -> bool | None:
        """Whether it is; None if there is none, or it cannot be told for lack of another."""
        if not self.told(""):
            return None
        if self.ours_min is not None and ours < self.ours_min:
            return False
        if self.ours_max is not None and ours > self.ours_max:
            return False
        if self.ratio_min is None:
            return True
        return None if ratio is None else ratio >= self.ratio_min

    def told(self, unit: str) -> str:
        """In a few words; empty if nothing is stated."""
        said = [f"{self.ratio_min:g}x"] if self.ratio_min is not None else []
        if self.ours_min is not None:
            said.append(f">= {self.ours_min:,g} {unit}")
        if self.ours_max is not None:
            said.append(f"<= {self.ours_max:,g} {unit}")
        return ", ".join(said)


def excess_over_line(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """How much dearer one more unit is than at the small end, as a share. The sizes ascend.

    What is fixed does not count: on a straight line, wherever it begins, this is 0.
    """
    assert len(sizes) == len(costs) >= 3, "two points are always on a line"
    slopes = [(costs[n + 1] - costs[n]) / (sizes[n + 1] - sizes[n]) for n in range(len(sizes) - 1)]
    return max(slopes[1:]) / slopes[0] - 1
