"""The relational projector: reads the log from the store and feeds the active generation.

It needs no Redis and no turn of its own: several do the same work, and of each batch one gets in.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import replace

from prometheus_client import Counter, Gauge, Histogram

from projections.log.entry import Entry
from projections.log.quarantine import Quarantine
from projections.log.store import Store
from projections.relational.fold import Changes
from projections.relational.recorder import Checkpoint, RelationalRecorder

logger = logging.getLogger(__name__)

BATCH_ENTRIES = 5_000
BATCH_ENTRIES_FAR_BEHIND = 40_000
"""While there is more than a batch to read, the batches grow up to this."""

HINT_SECONDS_MAX = 0.25
"""Without a NOTIFY the store is looked at this often."""

GATHER_SECONDS = 0.05
"""After a batch that was not full more may gather so long: a batch costs much the same for one
event and for a hundred, and its Postgres is the writers' too."""

POSITION = Gauge("slackwater_relational_position", "Up to where the tables hold the log.")
ENTRIES = Counter("slackwater_relational_entries_total", "Entries applied to the tables.")
BATCH_SECONDS = Histogram(
    "slackwater_relational_batch_seconds",
    "Time to apply one batch to the tables.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


class RelationalProjector:
    """Does one batch at a time.

    `idle_seconds`: so long a step without work waits for a hint; twice as long, in front of an
    event that cannot be read.
    """

    def __init__(
        self,
        store: Store,
        quarantine: Quarantine,
        recorder: RelationalRecorder,
        *,
        idle_seconds: float = HINT_SECONDS_MAX,
    ) -> None:
        self._store = store
        self._quarantine = quarantine
        self._recorder = recorder
        self._idle_seconds = idle_seconds
        self._checkpoint: Checkpoint | None = None
        self._limit = BATCH_ENTRIES

    def step(self) -> None:
        """Applies what there is, or waits for it a moment.

        Nothing goes past an event that cannot be read and is not in quarantine: the tables wait in
        front of it. Raises StoreUnreachable.
        """
        checkpoint, self._checkpoint = self._checkpoint, None
        if checkpoint is None:
            checkpoint = self._recorder.ensure_active()
            self._quarantine.forget()  # who brought them there may have left something out
            POSITION.set(checkpoint.position)
        entries = self._store.read_after(checkpoint.position, self._limit)
        if not entries:
            # Afterwards it looks where the tables really stand, and which are active.
            self._store.wait_for_hint(self._idle_seconds)
            return
        full = len(entries) == self._limit
        self._limit = min(2 * self._limit, BATCH_ENTRIES_FAR_BEHIND) if full else BATCH_ENTRIES
        readable = self._quarantine.read(entries, checkpoint.release)
        self._checkpoint = self._apply(checkpoint, readable) if readable else None
        if self._quarantine.poison:
            time.sleep(2 * self._idle_seconds)
        if not full:
            time.sleep(GATHER_SECONDS)
            self._store.wait_for_hint(0)  # takes those that came meanwhile, so none pile up

    def _apply(self, checkpoint: Checkpoint, entries: Sequence[Entry]) -> Checkpoint | None:
        """Where the tables stand then; None if somebody else is at them."""
        changes = Changes()
        for entry in entries:
            changes.fold(entry.position, entry.originator_id, entry.body, is_torn=entry.is_torn)
        started = time.perf_counter()
        if not self._recorder.apply(checkpoint, changes, states=("live",), last=entries[-1]):
            logger.info("generation %d has moved on without this one", checkpoint.generation)
            return None
        seconds = time.perf_counter() - started
        BATCH_SECONDS.observe(seconds)
        fields = {"position": changes.last, "entries": len(entries), "ms": round(1000 * seconds, 3)}
        logger.info("batch applied", extra=fields)
        ENTRIES.inc(len(entries))
        POSITION.set(changes.last)
        return replace(checkpoint, position=changes.last)
