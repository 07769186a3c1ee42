"""The relay: carries the log from the store into the stream, in order, without a hole.

One relay is active, others stand by. It keeps no cursor: the stream's own last id says where to
go on, and append.lua refuses everything that does not follow it.
"""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext

from prometheus_client import Counter, Gauge, Histogram

from projections.log.derived import Derived
from projections.log.entry import Entry
from projections.log.errors import HistoryMismatch, StoreUnreachable
from projections.log.store import Store
from projections.log.stream import Stream
from projections.membership import HEARTBEAT_SECONDS, Member

logger = logging.getLogger(__name__)

BATCH_ENTRIES_MAX = 500
STREAM_ENTRIES_MAX = 1_000_000
"""Beyond it the oldest entries go although a shard has not applied them: it reads them from the
store then. Counted in entries, since an entry has a bound (a post's text) and MEMORY USAGE only
guesses from samples."""

STREAM_POSITIONS_KEPT = 10_000
"""The newest positions stay although every shard has applied them, for readers that come back."""

TRIM_EVERY_SECONDS = 2.0
HINT_SECONDS_MAX = 0.25
"""Without a NOTIFY the store is looked at this often."""

HEAD = Gauge("slackwater_relay_head_position", "The last position that the stream holds.")
OVERTAKEN = Counter(
    "slackwater_relay_overtaken_entries_total",
    "Entries that left a full stream before every shard had applied them.",
)
RELAYED = Counter("slackwater_relay_entries_total", "Entries appended to the stream.")
BATCH = Histogram(
    "slackwater_relay_batch_entries",
    "Entries appended at once.",
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500),
)
ACTIVE = Gauge("slackwater_relay_active", "1 while this relay is the active one.")
EPOCH_CHANGES = Counter(
    "slackwater_epoch_changes_total",
    "New epochs, because the store was found to be of another history than the read models.",
)

Wait = Callable[[float], object]
"""Waits so many seconds, or less if the process is asked to stop."""


Tracing = Callable[[Sequence[Entry]], AbstractContextManager[Sequence[Entry]]]
"""Gives entries the traces that they are of, and is left when they are carried."""


class Relay:
    """Does one batch at a time.

    `idle_seconds`: so long a step without work waits for a hint.
    """

    def __init__(
        self,
        store: Store,
        stream: Stream,
        member: Member,
        derived: Derived,
        *,
        entries_max: int = STREAM_ENTRIES_MAX,
        idle_seconds: float = HINT_SECONDS_MAX,
        tracing: Tracing = nullcontext,
    ) -> None:
        self._store = store
        self._stream = stream
        self._member = member
        self._derived = derived
        self._entries_max = entries_max
        self._idle_seconds = idle_seconds
        self._tracing = tracing
        self._epoch = ""
        self._last: int | None = None
        self._newest: Entry | None = None
        self._removing = True
        self._has_all = False
        self._is_full = False
        self._room = 0
        self._trim_at = 0.0

    def step(self, wait: Wait) -> None:
        """Carries what is there, or waits for it. Raises StoreUnreachable."""
        self._member.beat({"active": self._member.is_eldest, "head": self._last})
        ACTIVE.set(self._member.is_eldest)
        if not self._member.is_eldest:
            self._last = None
            self._store.close()
            wait(HEARTBEAT_SECONDS)
            return
        try:
            self._step_as_the_active_one()
        except StoreUnreachable:
            # It may come back as another: whoever goes on has to look at both ends first.
            self._last = None
            raise

    def _step_as_the_active_one(self) -> None:
        if self._last is None:
            self._last = self._take_over()
        if self._last is None:
            return  # there was something to put right first: look again
        self._trim(self._last)
        self._carry(self._last)

    def _take_over(self) -> int | None:
        """Where to go on; None if store and read models were of two histories and are one now."""
        found = self._store.epoch()
        carried = self._stream.claim_epoch(found)
        newest, last = self._stream.last_entry(), self._stream.last_position()
        fault = self._fault(found, carried, newest, last)
        if fault is not None:
            self._begin_history(fault, found, carried)
            return None
        if not last:
            last = self._begin_where_trimming_would(found)
        self._epoch, self._newest, self._room, self._has_all = found, newest, 0, False
        logger.info("active, going on after position %d of epoch %s", last, self._epoch)
        return last

    def _begin_where_trimming_would(self, epoch: str) -> int:
        """After which entry a new stream begins: what is not needed any more is not carried first.

        After a rebuild into an empty Redis that is nearly all of history.
        """
        bound = self._not_needed_up_to(self._store.head())
        if bound <= 0:
            return 0
        [last] = self._store.read_after(bound - 1, 1)
        # If somebody else has begun one, the first append finds that out.
        return last.position if self._stream.begin_after(epoch, last.position) else 0

    def _not_needed_up_to(self, head: int) -> int:
        return min(head - STREAM_POSITIONS_KEPT, self._derived.slowest_position())

    def _fault(self, found: str, carried: str, newest: Entry | None, last: int) -> str | None:
        """What read models hold that the store does not have, if there is something."""
        if carried != found:
            return f"the read models are of epoch {carried}, the store says {found}"
        if newest is not None and not self._store.holds(newest):
            return (
                f"the stream ends with an event at position {newest.position} which the store does "
                "not have there"
            )
        for what, position in (
            ("the stream ends", last),
            ("a read model stands", self._derived.furthest_position()),
        ):
            if position and not self._store.has(position):
                return f"{what} at position {position}, where the store has nothing"
        return None

    def _begin_history(self, fault: str, found: str, carried: str) -> None:
        """Gives the store a new epoch and puts away what is derived from the history of before."""
        epoch = self._store.renew_epoch(found=found, carried=carried)
        if epoch is None or not self._derived.begin_history(
            carried, epoch, self._store.newest_retry()
        ):
            return  # another relay was at it: look again
        EPOCH_CHANGES.inc()
        self._removing = True
        logger.error(
            "THE STORE WAS REPLACED: %s. From now on this is epoch %s, no longer %s: old feed "
            "tokens are void, and every read model is built anew from what the store has",
            fault, epoch, carried,
        )  # fmt: skip

    def _carry(self, last: int) -> None:
        if self._has_all and not self._hears_of_more(last):
            return
        try:
            started = time.perf_counter()
            entries = self._store.read_on(last, self._newest, BATCH_ENTRIES_MAX)
            # Whatever is committed after that read is hinted at after it.
            self._has_all = len(entries) < BATCH_ENTRIES_MAX
            if not entries:
                return
            if not last and self._store.epoch() != self._epoch:
                self._last = None  # no event before these says of which history they are
                return
            with self._tracing(entries) as carried:
                self._last = self._stream.append(self._epoch, last, carried)
        except HistoryMismatch:
            # Emptied, or replaced, under our hands: look again from the start.
            self._last = None
            return
        if self._last != entries[-1].position:
            self._last = None  # somebody else has appended
            return
        self._newest = entries[-1]
        self._keep_within_bounds(len(entries))
        RELAYED.inc(len(entries))
        BATCH.observe(len(entries))
        HEAD.set(self._last)
        ms = round(1000 * (time.perf_counter() - started), 3)
        fields = {"position": self._last, "entries": len(entries), "ms": ms}
        logger.info("batch carried", extra=fields)

    def _hears_of_more(self, last: int) -> bool:
        """Waits for a hint; whether to look at the store now, which without one is done too."""
        if self._store.wait_for_hint(self._idle_seconds):
            return True  # there is something to append, and with it the stream is looked at
        if self._stream.last_position() != last or self._stream.epoch() != self._epoch:
            self._last = None  # the stream has changed under our hands
        return self._last is not None

    def _keep_within_bounds(self, appended: int) -> None:
        """One shard that stands still must cost neither all memory nor everybody's news."""
        self._room -= appended
        if self._room >= 0:
            return  # only this relay makes the stream longer: it cannot be full yet
        length = self._stream.length()
        if length > self._entries_max:
            dropped = self._stream.trim_to(self._entries_max)
            OVERTAKEN.inc(dropped)
            if not self._is_full:
                logger.warning(
                    "the stream is full: shards that have not applied its oldest entries read them "
                    "from the store"
                )
        self._is_full = length > self._entries_max
        self._room = max(0, self._entries_max - length)

    def _trim(self, last: int) -> None:
        if self._removing:
            self._removing = self._derived.remove_lost()
        if time.monotonic() < self._trim_at:
            return
        # The entry at a checkpoint is applied: the first one that is needed comes after it.
        below = self._not_needed_up_to(last) + 1
        if below > 1 and (dropped := self._stream.trim_below(below)):
            logger.info("trimmed %d entries below position %d", dropped, below)
        self._store.drop_hints()
        self._has_all = False  # one of them may have been of something new
        self._removing = True
        self._trim_at = time.monotonic() + TRIM_EVERY_SECONDS
