"""One line in the log for all that a projector's step applied, however many shards it fed."""

import logging

logger = logging.getLogger(__name__)


class BatchLog:
    """Gathers what shards took, until the step is over."""

    def __init__(self) -> None:
        self._begin()

    def add(self, entries: int, position: int, seconds: float) -> None:
        """A shard has applied this many entries, and stands at this position."""
        if entries:
            self._shards += 1
            self._entries += entries
            self._position = max(self._position, position)
            self._seconds += seconds

    def write(self) -> None:
        """The line; none if nothing was applied."""
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
