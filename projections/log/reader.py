"""The log for a projector: from the stream, and from the store wherever the stream has a gap."""

import logging

from prometheus_client import Counter

from projections.log.entry import Entry, unbroken
from projections.log.errors import HistoryMismatch
from projections.log.store import Store
from projections.log.stream import Stream

logger = logging.getLogger(__name__)

REFILLED = Counter(
    "slackwater_log_refilled_entries_total",
    "Entries that a projector read from the store because the stream did not have them.",
)


class LogReader:
    """Hands out the log in order, without a gap, whatever was trimmed or lost on the way."""

    def __init__(self, stream: Stream, store: Store) -> None:
        self._stream = stream
        self._store = store

    def read_after(self, position: int, limit: int, block_ms: int | None = None) -> list[Entry]:
        """The entries that follow `position`, at most `limit`; the first one's prev is `position`.

        Waits up to `block_ms` if there are none yet. Raises StoreUnreachable if a gap in the
        stream cannot be filled now, or the key of somebody who registered cannot be asked for;
        HistoryMismatch while the store is of another history than the read models; nobody ever
        skips a gap.
        """
        entries = self._stream.read_after(position, limit, block_ms)
        if entries:
            if entries[0].prev != position:
                return self._refill(position, limit)
            return self._store.with_keys(unbroken(entries))
        if self._stream.last_position() > position:
            return self._refill(position, limit)
        return []

    def is_empty(self) -> bool:
        """Whether there is no history at all. Raises StoreUnreachable."""
        return not self._store.read_after(0, 1)

    def end(self) -> int:
        """The newest position there is; 0 while there is no history. Raises StoreUnreachable."""
        return self._store.head()

    def _refill(self, position: int, limit: int) -> list[Entry]:
        entries = self._store.read_after(position, limit)
        # A shard's generation is of the epoch in Redis, or of an older one, which nobody reads.
        # So entries that were in a store of this epoch are right for it, whenever they get there.
        carried, held = self._stream.epoch(), self._store.epoch()
        if carried != held:
            raise HistoryMismatch(f"Redis carries epoch {carried or '-'}, the store is {held}")
        logger.info("read %d entries after %d from the store", len(entries), position)
        REFILLED.inc(len(entries))
        return entries
