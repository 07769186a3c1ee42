"""What clients saw: requests with their outcomes, and answers that should have been others."""

import time
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

OUTCOMES = ("2xx", "4xx", "5xx", "none")
"""`none`: no answer in time, or a connection that broke."""


class Kind(StrEnum):
    """What was asked for."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request. `unmet`: the answer says of itself that it is older than was asked for.

    `what`: the request and, if it was refused, in which words. `may_be_gone`: when the answer came,
    what was asked for was being deleted.
    """

    kind: Kind
    begun: float
    ended: float
    status: int | None
    unmet: bool = False
    what: str = ""
    may_be_gone: bool = False

    @property
    def succeeded(self) -> bool:
        """Whether it was answered. That something is not known yet is an answer, if it says so, and
        that it is gone, if it is being deleted.
        """
        return self.outcome == "2xx" or (self.status == 404 and (self.unmet or self.may_be_gone))

    @property
    def outcome(self) -> str:
        """One of OUTCOMES."""
        return "none" if self.status is None else f"{self.status // 100}xx"


@dataclass(slots=True)
class Record:
    """Of one drill, all clients together. Times are of the monotonic clock."""

    attempts: list[Attempt] = field(default_factory=list[Attempt])
    violations: Counter[str] = field(default_factory=Counter[str])
    """Answers that break read-your-writes or monotonic reads, or deny what exists."""

    examples: list[str] = field(default_factory=list[str])

    def violated(self, what: str, example: str) -> None:
        """An answer should not have been as it was."""
        self.violations[what] += 1
        if len(self.examples) < 20:
            self.examples.append(f"{what}: {example}")

    def between(self, begun: float, ended: float) -> list[Attempt]:
        """The requests that began then."""
        return [each for each in self.attempts if begun <= each.begun < ended]

    def longest_without(self, kind: Kind, since: float, until: float) -> float:
        """The longest time in which no request of this kind was answered as wanted, in seconds."""
        ends = sorted(a.ended for a in self.attempts if a.kind is kind and a.succeeded)
        moments = [since, *(end for end in ends if since < end < until), until]
        return max(b - a for a, b in pairwise(moments))


def tally(attempts: list[Attempt], kind: Kind) -> dict[str, int]:
    """How many requests of this kind had which outcome."""
    found = Counter(each.outcome for each in attempts if each.kind is kind)
    return {outcome: found[outcome] for outcome in OUTCOMES}


def now() -> float:
    """The clock of all records."""
    return time.monotonic()
