"""What a rebuild did."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from projections.verify.findings import Findings


@dataclass(slots=True)
class Rebuilt:
    """Of one projection. `position`: of the last event loaded; `seconds` by phase."""

    projection: str
    number: int
    events: int = 0
    position: int = 0
    findings: Findings | None = None
    switched: bool = False
    seconds: dict[str, float] = field(default_factory=dict[str, float])

    @contextmanager
    def timed(self, phase: str) -> Generator[None]:
        """Measures a phase."""
        started = time.perf_counter()
        yield
        self.seconds[phase] = time.perf_counter() - started

    @property
    def checked(self) -> int:
        """Items compared with history."""
        return sum(t.checked for t in self.findings.tallies.values()) if self.findings else 0

    @property
    def different(self) -> int:
        """Items that were not as history says."""
        return self.findings.different if self.findings else 0
