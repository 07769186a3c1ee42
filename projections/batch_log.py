"""What a step of a projector applied to all its shards: a line in the log, spans in traces."""

import logging
from collections.abc import Sequence

from projections.log.entry import Entry
from projections.shards import Shard
from projections.traces import AppliedTraces

logger = logging.getLogger(__name__)


class BatchLog:
    """Gathers what shards took, until the step is over."""

    def __init__(self, traces: AppliedTraces | None = None) -> None:
        self._traces = traces
        self._begin()

    def add(self, shard: Shard, entries: Sequence[Entry], seconds: float) -> None:
        """A shard has applied these entries, in so many seconds."""
        if entries:
            self._shards += 1
            self._entries += len(entries)
            self._position = max(self._position, entries[-1].position)
            self._seconds += seconds
            if self._traces is not None:
                self._traces.add(shard, entries, seconds)

    def write(self) -> None:
        """The line; none if nothing was applied."""
        if self._traces is not None:
            self._traces.write()
        if self._shards:
            fields = {
                "position": self._position,
                "shards": self._shards,
                "applied": self._entries,
                "ms": round(1000 * self._seconds, 3),
            }
            logger.info("batch applied", extra=fields)
            self._begin()

    def _begin(self) -> None:
        self._shards = self._entries = self._position = 0
        self._seconds = 0.0
