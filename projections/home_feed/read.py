"""Reading feeds and authors' windows, page by page."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, cast

from redis.asyncio import Redis

from projections.home_feed.keys import (
    AUTHOR_HORIZONS,
    AUTHOR_WINDOWS,
    FEED_HORIZONS,
    FEEDS,
    HOME_FEED,
)
from projections.reading import (
    ActiveGeneration,
    load_read_script,
    position_after_reading,
    unavailable,
)


@dataclass(frozen=True, slots=True)
class WindowPage:
    """Post numbers, newest first; everything up to `position` is in.

    While a shard is in the middle of an event, the feed may already show that one event.
    `more`: the window goes on below the last of them. `horizon`: at and below it the window
    knows nothing (0: it knows everything).
    """

    position: int
    horizon: int
    posts: list[int]
    more: bool


class HomeFeedReader:
    """Reads the active generation. All methods raise ProjectionUnavailable."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._active = ActiveGeneration(redis, HOME_FEED)
        self._page = load_read_script(redis, "projections.home_feed", "page", ("descending",))

    async def feed(self, person: int, *, below: int, limit: int) -> WindowPage:
        """A page of a person's home feed: posts below this position (0: the newest)."""
        return await self._read(FEEDS, FEED_HORIZONS, person, below, limit)

    async def posts_of(self, author: int, *, below: int, limit: int) -> WindowPage:
        """A page of an author's own posts, likewise."""
        return await self._read(AUTHOR_WINDOWS, AUTHOR_HORIZONS, author, below, limit)

    async def position_of(self, person: int) -> int:
        """Up to where the shard that holds a person's feed has applied the log."""
        shard = (await self._active.get()).shard_of(person)
        position = await cast(
            "Awaitable[bytes | None]", self._redis.hget(shard.checkpoint_key, "position")
        )
        return position_after_reading(HOME_FEED, position)

    async def _read(
        self, windows: str, horizons: str, owner: int, below: int, limit: int
    ) -> WindowPage:
        shard = (await self._active.get()).shard_of(owner)
        # One more than asked for tells whether there is another page.
        arguments = [windows, horizons, owner, below, limit + 1]
        found = await self._page(keys=[shard.checkpoint_key], args=arguments)
        if found is None:
            raise unavailable(HOME_FEED)
        position, horizon, entries = cast("tuple[bytes, bytes, list[Any]]", found)
        posts = [int(entry) for entry in entries]
        return WindowPage(int(position), int(horizon), posts[:limit], len(posts) > limit)
