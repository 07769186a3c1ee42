"""Reading what a projection keeps by number and by public id: shared by posts and profiles."""

from collections.abc import Sequence
from typing import Generic, TypeVar, cast
from uuid import UUID

import msgspec
from redis.asyncio import Redis

from projections.reading import ActiveGeneration, position_after_reading
from projections.shards import Shard

Fact = TypeVar("Fact")


class NumberedReader(Generic[Fact]):
    """Facts by number, numbers by public id, and how far the shards are that hold a number.

    All methods raise ProjectionUnavailable.
    """

    def __init__(self, redis: Redis, projection: str, kind: type[Fact]) -> None:
        self._redis = redis
        self._projection = projection
        self._active = ActiveGeneration(redis, projection)
        self._decoder = msgspec.json.Decoder(kind)

    async def by_number(self, numbers: Sequence[int]) -> dict[int, Fact]:
        """Those of these facts that are there, in one round trip."""
        generation = await self._active.get()
        async with self._redis.pipeline(transaction=False) as pipe:
            for number in numbers:
                pipe.get(f"{generation.shard_of(number).tag}p:{number}")
            found = cast("list[bytes | None]", await pipe.execute())
        return {
            number: self._decoder.decode(fact)
            for number, fact in zip(numbers, found, strict=True)
            if fact is not None
        }

    async def number_of(self, public_id: UUID) -> tuple[int | None, int]:
        """What number stands behind this id, if any, and the position the answer holds for."""
        shard = (await self._active.get()).shard_of_id(public_id)
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hget(shard.checkpoint_key, "position")
            pipe.get(id_key(shard, public_id))
            position, number = await pipe.execute()
        reached = position_after_reading(self._projection, position)
        return (None if number is None else int(number)), reached

    async def positions_for(self, numbers: Sequence[int]) -> dict[int, int]:
        """Up to where the shards that hold these numbers have applied the log."""
        generation = await self._active.get()
        async with self._redis.pipeline(transaction=False) as pipe:
            for number in numbers:
                pipe.hget(generation.shard_of(number).checkpoint_key, "position")
            found = await pipe.execute()
        return {
            number: position_after_reading(self._projection, position)
            for number, position in zip(numbers, found, strict=True)
        }


def id_key(shard: Shard, public_id: UUID) -> bytes:
    """Where the number behind a public id stands."""
    return f"{shard.tag}i:".encode() + public_id.bytes
