"""The relay: carries the log from the store into the stream, in order, without a hole.

One relay is active, others stand by. It keeps no cursor: the stream's own last id says where to
go on, and append.lua refuses everything that does not follow it.
"""

import logging
import time
from collections.abc import Callable

from prometheus_client import Counter, Gauge, Histogram

from projections.log.errors import HistoryMismatch, StoreUnreachable
from projections.log.store import Store
from projections.log.stream import Stream
from projections.membership import HEARTBEAT_SECONDS, Member

logger = logging.getLogger(__name__)

BATCH_ENTRIES_MAX = 500
STREAM_ENTRIES_MAX = 1_000_000
"""A longer stream is not appended to; the log waits in the store until the shards have read on."""

STREAM_POSITIONS_KEPT = 10_000
"""The newest positions stay although every shard has applied them, for readers that come back."""

TRIM_EVERY_SECONDS = 2.0
HINT_SECONDS_MAX = 0.25
"""Without a NOTIFY the store is looked at this often."""

HEAD = Gauge("slackwater_relay_head_position", "The last position that the stream holds.")
RELAYED = Counter("slackwater_relay_entries_total", "Entries appended to the stream.")
BATCH = Histogram(
    "slackwater_relay_batch_entries",
    "Entries appended at once.",
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500),
)
ACTIVE = Gauge("slackwater_relay_active", "1 while this relay is the active one.")

Wait = Callable[[float], object]
"""Waits so many seconds, or less if the process is asked to stop."""


class Relay:
    """Does one batch at a time. `slowest_position` tells what trimming must not pass."""

    def __init__(
        self, store: Store, stream: Stream, member: Member, slowest_position: Callable[[], int]
    ) -> None:
        self._store = store
        self._stream = stream
        self._member = member
        self._slowest_position = slowest_position
        self._epoch = ""
        self._last: int | None = None
        self._trim_at = 0.0

    def step(self, wait: Wait) -> None:
        """Carries what is there, or waits for it. Raises StoreUnreachable, HistoryMismatch."""
        self._member.beat({"active": self._member.is_eldest, "head": self._last})
        ACTIVE.set(self._member.is_eldest)
        if not self._member.is_eldest:
            self._last = None
            self._store.close()
            wait(HEARTBEAT_SECONDS)
            return
        try:
            self._step_as_the_active_one(wait)
        except StoreUnreachable:
            # It may come back as another: whoever goes on has to look at both ends first.
            self._last = None
            raise

    def _step_as_the_active_one(self, wait: Wait) -> None:
        if self._last is None:
            self._last = self._take_over()
        self._trim(self._last)
        if self._stream.length() >= STREAM_ENTRIES_MAX:
            logger.warning("the stream is full: waiting for the slowest shard")
            wait(HEARTBEAT_SECONDS)
            return
        self._carry(self._last)

    def _take_over(self) -> int:
        self._epoch = self._store.epoch()
        self._stream.claim_epoch(self._epoch)
        newest = self._stream.last_entry()
        if newest is not None and not self._store.holds(newest):
            raise HistoryMismatch(
                f"the stream ends with an event at position {newest.position} which the store "
                "does not have there"
            )
        last = self._stream.last_position()
        logger.info("active, going on after position %d of epoch %s", last, self._epoch)
        return last

    def _carry(self, last: int) -> None:
        entries = self._store.read_after(last, BATCH_ENTRIES_MAX)
        if not entries:
            self._store.wait_for_hint(HINT_SECONDS_MAX)
            if self._stream.last_position() != last:
                self._last = None  # the stream has changed under our hands
            return
        try:
            self._last = self._stream.append(self._epoch, last, entries)
        except HistoryMismatch:
            # Emptied, or replaced, under our hands: look again from the start.
            self._last = None
            return
        if self._last == entries[-1].position:
            RELAYED.inc(len(entries))
            BATCH.observe(len(entries))
            HEAD.set(self._last)

    def _trim(self, last: int) -> None:
        if time.monotonic() < self._trim_at:
            return
        # The entry at a checkpoint is applied: the first one that is needed comes after it.
        below = min(last - STREAM_POSITIONS_KEPT, self._slowest_position()) + 1
        if below > 1 and (dropped := self._stream.trim_below(below)):
            logger.info("trimmed %d entries below position %d", dropped, below)
        self._store.drop_hints()
        self._trim_at = time.monotonic() + TRIM_EVERY_SECONDS
