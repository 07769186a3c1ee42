"""The log for the read side: whoever follows it gets every entry once, in order.

One task reads for a whole process; the newest entries stay in memory for all who follow.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from projections.log.entry import Entry, Row, chained, unbroken
from projections.log.errors import MalformedEntry, StoreUnreachable
from projections.log.stream import STREAM, entries_in
from projections.log.watch import LogWatch

logger = logging.getLogger(__name__)

BATCH_ENTRIES_MAX = 500
ENTRIES_KEPT = 5_000
BLOCK_MS = 500
PAUSE_SECONDS = 0.25
STORE_READERS_MAX = 4
"""Reads from the store at a time: only what is no longer in memory or stream is read there."""


AskRedis = Callable[[Callable[[], Awaitable[Any]]], Awaitable[Any]]
"""Asks Redis what it is given to ask. Raises RedisError, at once while that is known to be away."""

ReadStore = Callable[[int, int], Awaitable[Sequence[Row]]]
"""The events above a position, at most so many. Raises StoreUnreachable, and that in time."""


class LogFollower:
    """Follows the log of one epoch. `ended` once another one has begun."""

    def __init__(
        self, redis: Redis, watch: LogWatch, ask_redis: AskRedis, read_store: ReadStore
    ) -> None:
        self._redis = redis
        self._watch = watch
        self._ask_redis = ask_redis
        self._rows_after = read_store
        self._at_store = asyncio.Semaphore(STORE_READERS_MAX)
        self._kept: deque[Entry] = deque(maxlen=ENTRIES_KEPT)
        self._news = asyncio.Condition()
        self._epoch = ""
        self._is_silent = False
        self.position = 0
        self.ended = False

    async def run(self) -> None:
        """Follows from the newest position on that is known now, until cancelled or ended."""
        self._epoch, self.position = self._watch.epoch, self._watch.head.position
        try:
            while self._is_the_same_history():
                await self._take_what_is_new()
        finally:
            self.ended = True
            async with self._news:
                self._news.notify_all()

    async def _take_what_is_new(self) -> None:
        try:
            entries = await self.read_after(self.position, BLOCK_MS)
        except StoreUnreachable as error:
            logger.info("the log cannot be followed now: %s", error)
            await asyncio.sleep(PAUSE_SECONDS)
            return
        if entries and self._is_the_same_history():
            async with self._news:
                self._kept.extend(entries)
                self.position = entries[-1].position
                self._news.notify_all()

    def _is_the_same_history(self) -> bool:
        if not self._epoch:
            self._epoch = self._watch.epoch  # nobody knew it when this began: Redis was away
        return self._watch.epoch in (self._epoch, "")

    def since(self, position: int) -> list[Entry] | None:
        """What is in memory after this position; None if it does not reach back so far."""
        if position >= self.position:
            return []
        if not self._kept or position < self._kept[0].prev:
            return None
        return [entry for entry in self._kept if entry.position > position]

    async def wait(self, position: int, seconds: float) -> bool:
        """Waits until there is more than this position; whether there is, or an end, in time."""
        try:
            async with asyncio.timeout(seconds), self._news:
                await self._news.wait_for(lambda: self.position > position or self.ended)
        except TimeoutError:
            return False
        return True

    async def read_after(self, position: int, block_ms: int | None = None) -> list[Entry]:
        """The entries that follow a position of the log; the first one's prev is `position`.

        Waits up to `block_ms` if there are none yet. Raises StoreUnreachable where the stream
        does not have them and the store does not answer.
        """
        try:
            entries = entries_in(await self._ask_redis(lambda: self._xread(position, block_ms)))
        except (RedisError, MalformedEntry) as error:
            self._say_once_that_it_is_silent(error)
            entries = await self._read_store(position)
            if not entries and block_ms is not None:
                await asyncio.sleep(PAUSE_SECONDS)
            return entries
        self._is_silent = False
        if entries and entries[0].prev != position:
            return await self._read_store(position)
        if not entries and position < self._watch.head.position:
            # The relay has not come so far: it stands still, or fills a Redis that came back empty.
            return await self._read_store(position)
        return unbroken(entries)

    async def _xread(self, position: int, block_ms: int | None) -> Any:
        return await self._redis.xread(
            {STREAM: f"{position}-0"}, count=BATCH_ENTRIES_MAX, block=block_ms
        )

    def _say_once_that_it_is_silent(self, error: Exception) -> None:
        if not self._is_silent:
            logger.info("the stream cannot be read, the store is: %s", error)
        self._is_silent = True

    async def _read_store(self, position: int) -> list[Entry]:
        async with self._at_store:
            return chained(await self._rows_after(position, BATCH_ENTRIES_MAX), position)
