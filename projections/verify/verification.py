"""A whole verification: every projection that is wanted, and the log in the stream."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from redis import Redis

from projections.generations import Generations
from projections.log.store import Store
from projections.log.stream import Stream
from projections.progress import Progress
from projections.relational.keys import RELATIONAL
from projections.verify.chain import Chain, compare_chain
from projections.verify.epochs import check_same_history
from projections.verify.errors import CannotTell
from projections.verify.findings import Findings
from projections.verify.identities import Identities
from projections.verify.inspection import Inspection, Sample
from projections.verify.tables import TablesInspection
from projections.verify.truth import Truth


@dataclass(slots=True)
class Report:
    """What one run found."""

    findings: list[Findings] = field(default_factory=list[Findings])
    chain: Chain = field(default_factory=Chain)
    seconds: float = 0.0

    @property
    def checked(self) -> int:
        """Items compared."""
        return sum(t.checked for one in self.findings for t in one.tallies.values())

    @property
    def different(self) -> int:
        """Items, and entries of the stream, that were not as history says."""
        return sum(one.different for one in self.findings) + len(self.chain.broken)

    @property
    def repaired(self) -> int:
        """Items that were mended."""
        return sum(one.repaired for one in self.findings)


class Verification:
    """Keeps history in memory, as columns of integers, and up to date, for as many runs as
    wanted. Use it as a context."""

    def __init__(self, database_url: str, redis: Redis) -> None:
        self._redis = redis
        self._database_url = database_url
        self._store = Store(database_url, application="slackwater verify")
        self._known: tuple[tuple[str, int], Truth, Identities] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._store.close()
        if self._known is not None:
            self._known[2].close()

    def run(
        self, names: Sequence[str], sample: Sample, progress: Progress, *, repair: bool = False
    ) -> Report:
        """Compares the active generations of these projections, and the stream.

        Raises CannotTell, StoreUnreachable, RedisError.
        """
        started = time.perf_counter()
        check_same_history(self._redis, self._store)
        report = Report()
        for name in names:
            progress.begin(name, None)
            report.findings.append(self._inspect(name, sample, progress, repair=repair))
        progress.begin("stream", None)
        report.chain = compare_chain(Stream(self._redis), self._store)
        if repair and report.chain.broken:
            # What is not in the stream, readers take from the store.
            Stream(self._redis).trim_below(report.chain.broken[-1] + 1)
        report.seconds = time.perf_counter() - started
        return report

    def _inspect(self, name: str, sample: Sample, progress: Progress, *, repair: bool) -> Findings:
        if name == RELATIONAL:
            return TablesInspection(self._database_url).inspect(sample, repair=repair)
        active = Generations(self._redis).active([name])
        if not active:
            raise CannotTell(f"{name} has not been built yet: does a projector run?")
        truth, identities = self._history(active[0].release)
        # The generation was looked up before, and it is of the epoch in Redis at that time or of an
        # older one: so nothing is mended in a new one by what the history of before said.
        check_same_history(self._redis, self._store, self._known and self._known[0][0])
        inspection = Inspection(
            self._redis, active[0], truth, identities, repair=repair,
            progress=lambda checked: progress.at(checked, f"{checked:,} items"),
        )  # fmt: skip
        findings = inspection.inspect(sample)
        if Generations(self._redis).active([name]) != active:
            raise CannotTell(f"{name} switched to another generation meanwhile: verify again")
        return findings

    def _history(self, release: int) -> tuple[Truth, Identities]:
        """As a generation sees it; read anew if the store was replaced."""
        wanted = self._store.epoch(), release
        if self._known is None or self._known[0] != wanted:
            if self._known is not None:
                self._known[2].close()
            truth = Truth(self._database_url, release)
            self._known = wanted, truth, Identities(self._database_url, truth)
        return self._known[1:]
