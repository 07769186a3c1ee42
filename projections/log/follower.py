"""The log for the read side: whoever follows it gets every entry once, in order.

One task reads for a whole process; the newest entries stay in memory for all who follow.
"""

import asyncio
import logging
from collections import deque

import psycopg
from redis.asyncio import Redis
from redis.exceptions import RedisError

from projections.log.entry import Entry, chained, unbroken
from projections.log.errors import MalformedEntry, StoreUnreachable
from projections.log.queries import query
from projections.log.stream import STREAM, entries_in
from projections.log.watch import LogWatch

logger = logging.getLogger(__name__)

BATCH_ENTRIES_MAX = 500
ENTRIES_KEPT = 5_000
BLOCK_MS = 500
PAUSE_SECONDS = 0.25
CONNECT_SECONDS_MAX = 2
STORE_READERS_MAX = 4
"""Reads from the store at a time: only what is no longer in memory or stream is read there."""


class LogFollower:
    """Follows the log of one epoch. `ended` once another one has begun."""

    def __init__(self, redis: Redis, database_url: str, watch: LogWatch) -> None:
        self._redis = redis
        self._database_url = database_url
        self._watch = watch
        self._select_entries = query("select_entries")
        self._at_store = asyncio.Semaphore(STORE_READERS_MAX)
        self._kept: deque[Entry] = deque(maxlen=ENTRIES_KEPT)
        self._news = asyncio.Condition()
        self._epoch = ""
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
            entries = entries_in(
                await self._redis.xread(
                    {STREAM: f"{position}-0"}, count=BATCH_ENTRIES_MAX, block=block_ms
                )
            )
        except (RedisError, MalformedEntry) as error:
            logger.info("the stream cannot be read: %s", error)
            entries = await self._read_store(position)
            if not entries and block_ms is not None:
                await asyncio.sleep(PAUSE_SECONDS)
            return entries
        if entries and entries[0].prev != position:
            return await self._read_store(position)
        return unbroken(entries)

    async def _read_store(self, position: int) -> list[Entry]:
        parameters = {"after": position, "limit": BATCH_ENTRIES_MAX}
        try:
            async with (
                self._at_store,
                await psycopg.AsyncConnection.connect(
                    self._database_url,
                    autocommit=True,
                    connect_timeout=CONNECT_SECONDS_MAX,
                    application_name="slackwater query-api",
                ) as connection,
            ):
                cursor = await connection.execute(self._select_entries, parameters)
                rows = await cursor.fetchall()
        except psycopg.Error as error:
            raise StoreUnreachable(f"the event store does not answer: {error}") from error
        return chained(rows, position)
