"""Brings a generation that nobody else feeds up to the head of the log."""

from redis import Redis

from domain.errors import UnreadableEvent
from projections.batch_writer import BatchWriter
from projections.catalogue import PROJECTIONS
from projections.generations import Generations
from projections.home_feed.turning import Turning
from projections.log.entry import Entry
from projections.log.quarantine import Quarantine
from projections.log.store import Store
from projections.rebuild.errors import NotSwitched
from projections.shards import Checkpoint, Generation, Shard

BATCH_ENTRIES_MAX = 2_000
FAST_ENTRIES = 200
"""A round that brought fewer events than this is as close as one gets while writing goes on."""


class CatchUp:
    """Applies the log, straight from the store, to every shard of one generation.

    All methods raise UnreadableEvent at an event that it must not pass.
    """

    def __init__(
        self, redis: Redis, store: Store, quarantine: Quarantine, generation: Generation
    ) -> None:
        [projection] = [one for one in PROJECTIONS if one.name == generation.projection]
        self._writer = BatchWriter(redis, projection)
        self._generations = Generations(redis)
        self._turning = Turning(redis)
        self._store = store
        self._quarantine = quarantine
        self._shards = generation.all_shards()

    def to_the_head(self) -> int:
        """Applies what there is until little is left, and returns how many events that were."""
        events = 0
        while True:
            taken = self.once()
            events += taken
            if taken < FAST_ENTRIES:
                return events

    def past(self, ahead: Checkpoint) -> None:
        """Goes on until no shard is behind a checkpoint of the same log. Raises NotSwitched."""
        while Checkpoint(self._lowest()) < ahead:
            if not self.once():
                raise NotSwitched(
                    f"the active generation stands at {ahead.position}, but the event store ends "
                    f"at {self._lowest()}: was it replaced?"
                )

    def once(self) -> int:
        """One batch for every shard that is behind; returns the entries of the longest."""
        taken = 0
        self._turning.finish(self._shards)  # it may have been laid to rest in the middle of a turn
        for shard, checkpoint in self._generations.checkpoints(self._shards).items():
            entries = self._store.read_after(checkpoint.position, BATCH_ENTRIES_MAX)
            if entries:
                self._apply(shard, checkpoint, self._readable(shard, entries))
            taken = max(taken, len(entries))
        return taken

    def _readable(self, shard: Shard, entries: list[Entry]) -> list[Entry]:
        readable = self._quarantine.read(entries, shard.generation.release)
        if not readable and (poison := self._quarantine.poison):
            raise UnreadableEvent(f"the event at position {poison.position}: {poison.reason}")
        return readable

    def _apply(self, shard: Shard, checkpoint: Checkpoint, entries: list[Entry]) -> None:
        while checkpoint.position < entries[-1].position:
            reached = self._writer.apply(shard, checkpoint, entries)
            if reached == checkpoint:
                return  # held, or somebody else is at it
            checkpoint = reached

    def _lowest(self) -> int:
        return min(c.position for c in self._generations.checkpoints(self._shards).values())
