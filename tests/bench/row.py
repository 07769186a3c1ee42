"""What a row of the report is: contestants, and what is compared between them."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

from tests.bench.figures import Better, Goal
from tests.bench.ground import Ground

Measure = Callable[[], Mapping[str, float]]
"""Measures once and returns what was found, by figure."""


class CannotMeasure(Exception):
    """Something that a row needs is not on this machine; says what, and how to get it."""


@dataclass(frozen=True, slots=True)
class NotAvailable:
    """In the place of a contestant that cannot be had here, and why not."""

    reason: str


Contestants = Mapping[str, Measure | NotAvailable]
"""By name; each is measured once a repetition, in turns."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One line of the report.

    `figure` of the contestant `ours` is held against the same figure of `against`; None: against
    the goal alone.
    """

    figure: str
    unit: str
    better: Better
    ours: str
    against: str | None
    goal: Goal


@dataclass(frozen=True, slots=True)
class Row:
    """`contestants` is open for as long as these are measured. Raises CannotMeasure.

    `warms_up`: each is measured once more before, which does not count: caches are filled then.
    """

    name: str
    comparisons: tuple[Comparison, ...]
    contestants: Callable[[Ground], AbstractContextManager[Contestants]]
    warms_up: bool = False
