"""Feeds go cold, and are built again: see turn.lua."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from redis import Redis

from projections.batch_writer import CALLS_MAX, Between
from projections.home_feed.keys import COUNT_OF_COLD
from projections.pace import pace_of
from projections.scripts import load_script
from projections.shards import Shard


@dataclass(frozen=True, slots=True)
class Turned:
    """What became of the people asked for, and of a feed that somebody had left in the middle.

    `left`: people for whom there was no time, or whose shard was inside an event or held.
    """

    cold: int
    warm: int
    left: Sequence[int]
    is_unfinished: bool = False
    """Whether a feed stands in the middle still."""


class Turning:
    """Turns feeds of the home feed's shards. Any number of processes may do so at once.

    Each call of the script does a bounded amount of work (`budget`, in deliveries; None: as much as
    it does in its time), and `between` is called after each. All methods raise RedisError.
    """

    def __init__(
        self, redis: Redis, between: Between | None = None, *, budget: int | None = None
    ) -> None:
        self._redis = redis
        self._between = between
        self._pace = pace_of(budget)
        self._turn = load_script(redis, "projections.home_feed", "turn", ("horizon", "newest"))

    def cool(self, shard: Shard, people: Sequence[int]) -> Turned:
        """Lets these people's feeds go cold: what one call takes, and the last of them wholly."""
        return self._turn_some(shard, "cold", people)

    def warm(self, shard: Shard, people: Sequence[int]) -> Turned:
        """Builds these people's feeds again where they are cold, likewise."""
        return self._turn_some(shard, "warm", people)

    def cold_feeds(self, shards: Iterable[Shard]) -> dict[Shard, int]:
        """How many feeds of each shard are cold."""
        wanted = list(shards)
        with self._redis.pipeline(transaction=False) as pipe:
            for shard in wanted:
                pipe.hget(shard.checkpoint_key, COUNT_OF_COLD)
            found = pipe.execute()
        return {shard: int(count or 0) for shard, count in zip(wanted, found, strict=True)}

    def finish(self, shards: Iterable[Shard]) -> bool:
        """Goes on where a feed stands in the middle, since somebody left it so.

        Returns whether one still does.
        """
        wanted = list(shards)
        with self._redis.pipeline(transaction=False) as pipe:
            for shard in wanted:
                pipe.hexists(shard.checkpoint_key, "turning")
            found = pipe.execute()
        turning = [shard for shard, is_turning in zip(wanted, found, strict=True) if is_turning]
        unfinished = [self._turn_some(shard, "cold", []).is_unfinished for shard in turning]
        return any(unfinished)

    def _turn_some(self, shard: Shard, to: str, people: Sequence[int]) -> Turned:
        if not shard.generation.can_cool:
            return Turned(0, 0, [])
        cold, warm, taken, is_turning = self._call(shard, to, people)
        for _ in range(CALLS_MAX):
            if not is_turning:
                break
            also_cold, also_warm, _, is_turning = self._call(shard, to, [])
            cold, warm = cold + also_cold, warm + also_warm
        return Turned(cold, warm, people[taken:], bool(is_turning))

    def _call(self, shard: Shard, to: str, people: Sequence[int]) -> tuple[int, int, int, int]:
        arguments = [shard.generation.window, self._pace.deliveries, to, *people]
        begun = time.perf_counter()
        answer = self._turn(keys=[shard.checkpoint_key], args=arguments)
        seconds = time.perf_counter() - begun
        cold, warm, taken, is_turning = cast("tuple[int, int, int, int]", tuple(answer))
        if is_turning or 0 < taken < len(people):
            self._pace.took(seconds)
        elif taken:
            self._pace.came_through()
        if self._between is not None:
            self._between()
        return cold, warm, taken, is_turning
