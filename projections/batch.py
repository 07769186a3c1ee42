"""One batch of the log on its way into one shard: what a call is given, and what it answered."""

from collections.abc import Sequence
from typing import cast

from projections.log.entry import Entry
from projections.projection import Operation, Projection
from projections.shards import Checkpoint, Shard


class Batch:
    """`checkpoint` is where the shard stands as of the last answer."""

    def __init__(
        self,
        projection: Projection,
        shard: Shard,
        checkpoint: Checkpoint,
        entries: Sequence[Entry],
    ) -> None:
        """Raises UnreadableEvent."""
        assert entries
        assert entries[0].prev <= checkpoint.position, "a batch must follow the checkpoint"
        self.shard = shard
        self.checkpoint = checkpoint
        self._operations = [(e.position, projection.operations(shard, e)) for e in entries]
        self._last = entries[-1].position
        self._is_refused = False

    @property
    def is_over(self) -> bool:
        """Whether no call is left to be made: it is all applied, or somebody else is at the shard.

        One that was applied before is over from the start: the script would go back to its end.
        """
        return self._is_refused or self.checkpoint.position >= self._last

    def arguments(self, budget: int) -> Operation:
        """What the next call is given, which may do as much as the budget says."""
        checkpoint, generation = self.checkpoint, self.shard.generation
        arguments: Operation = [checkpoint.position, checkpoint.place, self._last]
        arguments += generation.window, budget
        arguments += generation.great.begins_at, generation.great.ends_at
        arguments += int(generation.can_cool), generation.longest
        for position, operation in self._operations:
            if position > checkpoint.position:
                arguments += operation
        return arguments

    def take(self, answer: object) -> None:
        """Learns from a call's answer where the shard stands."""
        moved, position, place = cast("tuple[int, int, int]", answer)
        reached = Checkpoint(position, place)
        assert reached > self.checkpoint or not moved, "every call must move the checkpoint forward"
        self.checkpoint, self._is_refused = reached, not moved
