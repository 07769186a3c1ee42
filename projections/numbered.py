"""Reading what a projection keeps by number and by public id: shared by posts and profiles."""

from collections.abc import Sequence
from typing import Generic, TypeVar, cast
from uuid import UUID

import msgspec
from redis.asyncio import Redis

from projections.log.in_sight import HistoryInSight
from projections.numbered_keys import fact_key, id_key
from projections.reading import READ_FIELDS, ActiveGeneration, Looked, positions_of
from projections.shards import Generation

Fact = TypeVar("Fact")


class NumberedReader(Generic[Fact]):
    """Facts by number, numbers by public id, and how far the shards are that hold a number.

    All methods raise ProjectionUnavailable.
    """

    def __init__(
        self, redis: Redis, history: HistoryInSight, projection: str, kind: type[Fact]
    ) -> None:
        self._redis = redis
        self._active = ActiveGeneration(redis, projection, history)
        self._decoder = msgspec.json.Decoder(kind)

    async def by_number(self, numbers: Sequence[int]) -> dict[int, Fact]:
        """Those of these facts that are there, in one round trip."""
        generation = await self._active.get()
        async with self._redis.pipeline(transaction=False) as pipe:
            for number in numbers:
                pipe.get(fact_key(generation.shard_of(number), number))
            found = cast("list[bytes | None]", await pipe.execute())
        return {
            number: self._decoder.decode(fact)
            for number, fact in zip(numbers, found, strict=True)
            if fact is not None
        }

    async def number_of(self, public_id: UUID) -> tuple[int | None, int]:
        """What number stands behind this id, if any, and the position the answer holds for."""

        async def look(generation: Generation) -> Looked[tuple[int | None, int]]:
            shard = generation.shard_of_id(public_id)
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.hmget(shard.checkpoint_key, *READ_FIELDS)
                pipe.get(id_key(shard, public_id))
                checkpoint, number = await pipe.execute()
            [position] = positions_of([checkpoint])
            return Looked([checkpoint], (None if number is None else int(number), position))

        return await self._active.read(look)

    async def positions_for(self, numbers: Sequence[int]) -> dict[int, int]:
        """Up to where the shards that hold these numbers have applied the log."""

        async def look(generation: Generation) -> Looked[dict[int, int]]:
            async with self._redis.pipeline(transaction=False) as pipe:
                for number in numbers:
                    pipe.hmget(generation.shard_of(number).checkpoint_key, *READ_FIELDS)
                found = await pipe.execute()
            return Looked(found, dict(zip(numbers, positions_of(found), strict=True)))

        return await self._active.read(look)
