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
    `turning`: the person whose feed is in the middle of going cold or warm; 0: nobody's.
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
    followees: dict[int, list[int]]
    warmth: dict[int, int]
    cold_followers: dict[int, int]
    turning: int

    @property
    def warmed(self) -> dict[int, int]:
        """Whose feeds have been built again, and as of which position."""
        return {person: since for person, since in self.warmth.items() if since}

    def is_cold(self, person: int) -> bool:
        """Whether a person's feed is cold."""
        return self.warmth.get(person) == 0

    def seen(self, person: int) -> Window:
        """A person's feed as readers see it."""
        if self.is_cold(person):
            return seen(
                Window(0, []), [self.authors[one] for one in [person, *self.followees[person]]]
            )
        return seen(self.feeds[person], [self.authors[one] for one in self.great_followees[person]])


class Looker:
    """Looks at shards."""

    def __init__(self, redis: Redis) -> None:
        self._script = redis.register_script(SCRIPT)

    def at(self, shard: Shard, people: Sequence[int]) -> Look:
        """Everything that the shard holds of these people."""
        answer = self._script(keys=[shard.checkpoint_key], args=list(people))
        fields, feed_horizons, author_horizons, great, warmth, cold, *lists = cast(
            "list[list[Any]]", answer
        )
        position, place, held_until, filling, turning = fields
        of_feed, of_author = _numbers_by_field(feed_horizons), _numbers_by_field(author_horizons)
        numbers = [[int(entry) for entry in one] for one in lists]
        length = shard.generation.window
        return Look(
            shard,
            position is not None and filling is None,
            Checkpoint(int(position or 0), int(place or 0)),
            int(held_until or 0),
            {p: window_of(numbers[5 * n], of_feed.get(p, 0), length) for n, p in enumerate(people)},
            {
                p: window_of(numbers[5 * n + 1], of_author.get(p, 0), length)
                for n, p in enumerate(people)
            },
            {p: numbers[5 * n + 2] for n, p in enumerate(people)},
            _numbers_by_field(great),
            {p: numbers[5 * n + 3] for n, p in enumerate(people)},
            {p: numbers[5 * n + 4] for n, p in enumerate(people)},
            _numbers_by_field(warmth),
            _numbers_by_field(cold),
            int(turning.split(b":")[1]) if turning else 0,
        )


def _numbers_by_field(pairs: list[Any]) -> dict[int, int]:
    return {int(pairs[n]): int(pairs[n + 1]) for n in range(0, len(pairs), 2)}
