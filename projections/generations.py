"""Which generations exist and which is active, for those who build and feed them."""

from collections.abc import Iterable
from typing import cast

from redis import Redis

from projections.shards import (
    ACTIVE,
    GENERATION_KEY_PREFIX,
    Checkpoint,
    Generation,
    Shard,
    active_generation,
    decode_generations,
    encode_shape,
)


class Generations:
    """The registry of generations in Redis."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def ensure_active(self, projection: str, *, shards: int, window: int) -> Generation:
        """The active generation; where there is none, number 1 of this shape becomes it."""
        key = GENERATION_KEY_PREFIX + projection
        first = Generation(projection, 1, shards, window)
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.hsetnx(key, "1", encode_shape(first))
            pipe.hsetnx(key, ACTIVE, "1")
            pipe.hgetall(key)
            fields = pipe.execute()[-1]
        active = active_generation(projection, fields)
        assert active is not None
        return active

    def all_of(self, projections: Iterable[str]) -> list[Generation]:
        """Every generation of these projections, active or not."""
        found: list[Generation] = []
        for projection in projections:
            fields = cast(
                "dict[bytes, bytes]", self._redis.hgetall(GENERATION_KEY_PREFIX + projection)
            )
            found += decode_generations(projection, fields).values()
        return found

    def begin(self, shards: Iterable[Shard]) -> None:
        """Gives shards without a checkpoint their first one: complete up to position 0."""
        with self._redis.pipeline(transaction=False) as pipe:
            for shard in shards:
                pipe.hsetnx(shard.checkpoint_key, "position", "0")
            pipe.execute()

    def checkpoints(self, shards: Iterable[Shard]) -> dict[Shard, Checkpoint]:
        """Each shard's checkpoint; a shard without one has applied nothing."""
        wanted = list(shards)
        with self._redis.pipeline(transaction=False) as pipe:
            for shard in wanted:
                pipe.hmget(shard.checkpoint_key, "position", "place")
            answers = pipe.execute()
        return {
            shard: Checkpoint(int(position or 0), int(place or 0))
            for shard, (position, place) in zip(wanted, answers, strict=True)
        }
