"""What a campaign has done and found so far."""

from collections import Counter
from dataclasses import dataclass, field

DIFFERENCES_KEPT_MAX = 10


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that was not as a property says: in which history, and what led to it."""

    number: int
    property: str
    message: str
    account: list[str]


@dataclass(slots=True)
class Tally:
    """Sums, of one history or of many."""

    histories: int = 0
    on_postgres: int = 0
    events: int = 0
    calls: int = 0
    faults: Counter[str] = field(default_factory=Counter[str])
    checks: Counter[str] = field(default_factory=Counter[str])
    paths: Counter[str] = field(default_factory=Counter[str])
    differences: list[Difference] = field(default_factory=list[Difference])
    differences_found: int = 0

    def add(self, other: "Tally") -> None:
        """Takes in what another tally has."""
        self.histories += other.histories
        self.on_postgres += other.on_postgres
        self.events += other.events
        self.calls += other.calls
        self.faults += other.faults
        self.checks += other.checks
        self.paths += other.paths
        self.differences_found += other.differences_found
        self.differences += other.differences
        del self.differences[DIFFERENCES_KEPT_MAX:]
