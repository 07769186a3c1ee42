"""A log made up in memory, and applied to a projection the way a projector applies it."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from redis import Redis

from domain.codec import CODEC
from domain.events import EventBody
from projections.batch_writer import BatchWriter
from projections.log.entry import Entry
from projections.projection import Projection
from projections.projector import BATCH_ENTRIES_MAX
from projections.shards import Checkpoint, Generation, Shard

AT = datetime(2026, 1, 1, tzinfo=UTC)

FAR_DOWN_THE_LOG = 20_000_000
"""Positions as a grown system has them: they take four bytes."""

POSITIONS_APART = 7


class Log:
    """Grows at its end, far down, with positions a few apart."""

    def __init__(self) -> None:
        self.head = 0
        self._next = FAR_DOWN_THE_LOG

    def grow(self, bodies: Iterable[EventBody]) -> list[Entry]:
        """These events as the next entries."""
        entries: list[Entry] = []
        for body in bodies:
            state = CODEC.encode(body)
            whose = UUID(int=self._next)
            entries.append(Entry(self._next, self.head, whose, body.TOPIC, state))
            self.head, self._next = self._next, self._next + POSITIONS_APART
        return entries


class Applier:
    """Applies entries to every shard of one generation, batch by batch."""

    def __init__(
        self, redis: Redis, projection: Projection, *, shards: int, window: int, number: int = 1
    ) -> None:
        self.generation = Generation(projection.name, number, shards, window)
        self._writer = BatchWriter(redis, projection)
        self._checkpoints: dict[Shard, Checkpoint] = dict.fromkeys(
            self.generation.all_shards(), Checkpoint()
        )

    def apply(self, entries: Sequence[Entry]) -> None:
        """Applies what follows what was applied before."""
        for start in range(0, len(entries), BATCH_ENTRIES_MAX):
            batch = entries[start : start + BATCH_ENTRIES_MAX]
            for shard, checkpoint in self._checkpoints.items():
                reached = checkpoint
                while reached.position < batch[-1].position:
                    reached = self._writer.apply(shard, reached, batch)
                self._checkpoints[shard] = reached
