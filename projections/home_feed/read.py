"""Reading feeds and authors' windows, page by page."""

from dataclasses import dataclass, field
from typing import Any, cast

from redis.asyncio import Redis

from projections.batched import BatchedScript
from projections.home_feed.keys import (
    AUTHOR_HORIZONS,
    AUTHOR_WINDOWS,
    FEED_HORIZONS,
    FEEDS,
    GREAT_FOLLOWEES,
    HOME_FEED,
)
from projections.log.in_sight import HistoryInSight
from projections.reading import READ_FIELDS, ActiveGeneration, Looked, positions_of
from projections.shards import Generation

PAGE_PRELUDES = ("descending", "horizon", "newest")


@dataclass(frozen=True, slots=True)
class WindowPage:
    """Post numbers, newest first; everything up to `position` is in.

    While a shard is in the middle of an event, the feed may already show that one event.
    `more`: the window goes on below the last of them. `horizon`: at and below it the window
    knows nothing (0: it knows everything). `is_cold`: it was merged from the windows of those whom
    its owner follows, since nobody had read it for long.
    """

    position: int
    horizon: int
    posts: list[int]
    more: bool
    is_cold: bool = field(default=False, compare=False)


class HomeFeedReader:
    """Reads the active generation. All methods raise ProjectionUnavailable."""

    def __init__(self, redis: Redis, history: HistoryInSight) -> None:
        self._redis = redis
        self._active = ActiveGeneration(redis, HOME_FEED, history)
        self._page = BatchedScript(redis, "projections.home_feed", "page", PAGE_PRELUDES)

    async def feed(self, person: int, *, below: int, limit: int) -> WindowPage:
        """A page of a person's home feed: posts below this position (0: the newest).

        The windows of the great authors whom they follow are merged in, and where the feed is cold
        those of everybody whom they follow; the horizon is the highest of all these windows.
        """
        return await self._read((FEEDS, FEED_HORIZONS, GREAT_FOLLOWEES), person, below, limit)

    async def posts_of(self, author: int, *, below: int, limit: int) -> WindowPage:
        """A page of an author's own posts, likewise."""
        return await self._read((AUTHOR_WINDOWS, AUTHOR_HORIZONS, ""), author, below, limit)

    async def position_of(self, person: int) -> int:
        """Up to where the shard that holds a person's feed has applied the log."""

        async def look(generation: Generation) -> Looked[int]:
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.hmget(generation.shard_of(person).checkpoint_key, *READ_FIELDS)
                [checkpoint] = await pipe.execute()
            [position] = positions_of([checkpoint])
            return Looked([checkpoint], position)

        return await self._active.read(look)

    async def release(self) -> int:
        """The newest retry of the quarantine that the active generation knows."""
        return (await self._active.get()).release

    async def _read(
        self, keys: tuple[str, str, str], owner: int, below: int, limit: int
    ) -> WindowPage:
        # One more than asked for tells whether there is another page.
        arguments = [*keys, owner, below, limit + 1]

        async def look(generation: Generation) -> Looked[WindowPage]:
            shard = generation.shard_of(owner)
            found = await self._page(shard.checkpoint_key, [*arguments, generation.window])
            checkpoint, horizon, entries, is_cold = cast(
                "tuple[list[bytes | None], int, list[Any], int]", found
            )
            posts = [int(entry) for entry in entries]
            [position] = positions_of([checkpoint])
            page = WindowPage(position, horizon, posts[:limit], len(posts) > limit, is_cold == 1)
            return Looked([checkpoint], page)

        return await self._active.read(look)
