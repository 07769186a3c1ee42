"""One batch of the log on its way into one shard: what a call is given, and what it answered."""

from collections.abc import Sequence
from typing import cast

from projections.log.entry import Entry
from projections.projection import Operation, Projection
from projections.shards import Checkpoint, Shard

AT_ONCE_MIN = 8
"""Entries that a call is given at the least, if there are so many left."""


class Batch:
    """`checkpoint` is where the shard stands as of the last answer.

    A call is given all entries first, and then twice as many as the last one came through: what
    it has no time for need not be sent and taken apart each time.
    """

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
        self._next = 0
        self._at_once = len(entries)
        self._pass_applied()

    @property
    def is_over(self) -> bool:
        """Whether no call is left to be made: it is all applied, or somebody else is at the shard.

        One that was applied before is over from the start: the script would go back to its end.
        """
        return self._is_refused or self.checkpoint.position >= self._last

    def arguments(self, budget: int) -> Operation:
        """What the next call is given, which may do as much as the budget says."""
        checkpoint, generation = self.checkpoint, self.shard.generation
        given = self._operations[self._next : self._next + self._at_once]
        up_to, _ = given[-1]
        arguments: Operation = [checkpoint.position, checkpoint.place, up_to]
        arguments += generation.window, budget
        arguments += generation.great.begins_at, generation.great.ends_at
        arguments += int(generation.can_cool), generation.longest
        for _, operation in given:
            arguments += operation
        return arguments

    def take(self, answer: object) -> None:
        """Learns from a call's answer where the shard stands."""
        moved, position, place = cast("tuple[int, int, int]", answer)
        reached = Checkpoint(position, place)
        assert reached > self.checkpoint or not moved, "every call must move the checkpoint forward"
        self.checkpoint, self._is_refused = reached, not moved
        self._at_once = max(AT_ONCE_MIN, 2 * self._pass_applied())

    def _pass_applied(self) -> int:
        """Goes on to the first entry above the checkpoint; returns how many it passes."""
        before = self._next
        while self._next < len(self._operations):
            position, _ = self._operations[self._next]
            if position > self.checkpoint.position:
                break
            self._next += 1
        return self._next - before
