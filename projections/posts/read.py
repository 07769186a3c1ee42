"""Reading post bodies by number, and numbers by public id."""

from collections.abc import Sequence
from typing import cast

import msgspec
from redis.asyncio import Redis

from projections.numbered import NumberedReader
from projections.posts.keys import POSTS, StoredPost, post_key

_decoder = msgspec.json.Decoder(StoredPost)


class PostsReader(NumberedReader):
    """Reads the active generation. All methods raise ProjectionUnavailable."""

    def __init__(self, redis: Redis) -> None:
        super().__init__(redis, POSTS)

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
