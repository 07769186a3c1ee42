"""Reading post bodies by number, and numbers by public id."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

import msgspec
from redis.asyncio import Redis

from projections.posts.keys import POSTS, StoredPost, id_key, post_key
from projections.reading import ActiveGeneration, position_after_reading

_decoder = msgspec.json.Decoder(StoredPost)


class PostsReader:
    """Reads the active generation. All methods raise ProjectionUnavailable."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._active = ActiveGeneration(redis, POSTS)

    async def bodies(self, numbers: Sequence[int]) -> dict[int, StoredPost]:
        """The visible ones among these posts, in one round trip."""
        generation = await self._active.get()
        async with self._redis.pipeline(transaction=False) as pipe:
            for number in numbers:
                pipe.get(post_key(generation.shard_of(number), number))
            found = cast("list[bytes | None]", await pipe.execute())
        return {
            number: _decoder.decode(body)
            for number, body in zip(numbers, found, strict=True)
            if body is not None
        }

    async def number_of(self, public_id: UUID) -> tuple[int | None, int]:
        """The number of the visible post with this id, and the position the answer holds for."""
        shard = (await self._active.get()).shard_of_id(public_id)
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hget(shard.checkpoint_key, "position")
            pipe.get(id_key(shard, public_id))
            position, number = await pipe.execute()
        return (None if number is None else int(number)), position_after_reading(POSTS, position)

    async def position_for(self, number: int) -> int:
        """Up to where the shard that holds this post has applied the log."""
        shard = (await self._active.get()).shard_of(number)
        position = await self._redis.hget(shard.checkpoint_key, "position")
        return position_after_reading(POSTS, position)
