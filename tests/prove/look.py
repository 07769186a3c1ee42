"""Looks at a shard of the home feed from outside, all of it at one instant."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from redis import Redis

from projections.shards import Checkpoint, Shard
from tests.convergence.windows import Window, seen, window_of

SCRIPT = "#!lua flags=no-writes\n" + Path(__file__).with_name("look_at_shard.lua").read_text()


@dataclass(frozen=True, slots=True)
class Look:
    """What stands in Redis. `is_there`: whether the shard is for reading.

    It is, if it has a checkpoint, and is not being filled from nothing. `feeds` as they are stored.
    """

    shard: Shard
    is_there: bool
    checkpoint: Checkpoint
    held_until: int
    feeds: dict[int, Window]
    authors: dict[int, Window]
    audiences: dict[int, list[int]]
    great: dict[int, int]
    great_followees: dict[int, list[int]]

    def seen(self, person: int) -> Window:
        """A person's feed as readers see it."""
        return seen(self.feeds[person], [self.authors[one] for one in self.great_followees[person]])


class Looker:
    """Looks at shards."""

    def __init__(self, redis: Redis) -> None:
        self._script = redis.register_script(SCRIPT)

    def at(self, shard: Shard, people: Sequence[int]) -> Look:
        """Everything that the shard holds of these people."""
        answer = self._script(keys=[shard.checkpoint_key], args=list(people))
        fields, feed_horizons, author_horizons, great, *lists = cast("list[list[Any]]", answer)
        position, place, held_until, filling = fields
        of_feed, of_author = _numbers_by_field(feed_horizons), _numbers_by_field(author_horizons)
        numbers = [[int(entry) for entry in one] for one in lists]
        length = shard.generation.window
        return Look(
            shard,
            position is not None and filling is None,
            Checkpoint(int(position or 0), int(place or 0)),
            int(held_until or 0),
            {p: window_of(numbers[4 * n], of_feed.get(p, 0), length) for n, p in enumerate(people)},
            {
                p: window_of(numbers[4 * n + 1], of_author.get(p, 0), length)
                for n, p in enumerate(people)
            },
            {p: numbers[4 * n + 2] for n, p in enumerate(people)},
            _numbers_by_field(great),
            {p: numbers[4 * n + 3] for n, p in enumerate(people)},
        )


def _numbers_by_field(pairs: list[Any]) -> dict[int, int]:
    return {int(pairs[n]): int(pairs[n + 1]) for n in range(0, len(pairs), 2)}
