"""Watches how far the log has come, for those who show the lag. Reads only."""

import asyncio
import logging
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import msgspec
import psycopg
from cachetools import LRUCache, TTLCache
from psycopg.rows import TupleRow
from redis.asyncio import Redis
from redis.exceptions import RedisError

from projections.log.in_sight import HistoryInSight
from projections.log.queries import query
from projections.log.stream import EPOCH, STREAM, position_of

logger = logging.getLogger(__name__)

STREAM_EVERY_SECONDS = 0.1
STORE_EVERY_SECONDS = 0.5
CONNECT_SECONDS_MAX = 2
HAPPENED_KEPT = 1_000

OVERTAKEN_MAX = 200
"""So many positions that the stream has left behind are asked for at once, and remembered."""

OVERTAKEN_KEPT_SECONDS = 5.0


StoreConnection = psycopg.AsyncConnection[TupleRow]


class _Happened(msgspec.Struct):
    at: datetime


@dataclass(frozen=True, slots=True)
class Head:
    """The newest event that is known: its position, and when it happened (Unix seconds)."""

    position: int
    at: float


class LogWatch:
    """Knows the head of the log, at most STREAM_EVERY_SECONDS old.

    The stream alone would hide a relay that stands still, so the store is asked too.
    """

    def __init__(self, redis: Redis, database_url: str) -> None:
        self._redis = redis
        self._database_url = database_url
        self._select_head = query("select_head")
        self._select_first_after = query("select_first_after")
        self._stream_position = 0
        self._waiting_since: float | None = None
        self._silent: set[str] = set()
        self._happened_after: LRUCache[int, float] = LRUCache(HAPPENED_KEPT)
        self._overtaken = _times_by_position()
        self._to_ask_for: set[int] = set()
        self._count_quarantined = query("count_quarantined")
        self.head = Head(0, 0.0)
        self.quarantined = 0
        """So many events are in quarantine."""
        self.history = HistoryInSight()
        self.history.on_change(self._forget)

    @property
    def epoch(self) -> str:
        """The history that the read models are of; "" if that is not known."""
        return self.history.epoch

    @property
    def has_to_ask_store(self) -> bool:
        """Whether a lag was asked for that only the store knows."""
        return bool(self._to_ask_for)

    async def lag_seconds(self, position: int) -> float:
        """How long the first event above this position has been waiting; 0 if there is none.

        Where the stream does not reach back so far, only the store knows that event: until it was
        asked, which is twice a second, it is the age of the oldest event in the stream.
        """
        if position >= self.head.position:
            return 0.0
        since = self._happened_after.get(position)
        if since is None:
            since = await self._first_after(position)
        return max(0.0, time.time() - since)

    async def _first_after(self, position: int) -> float:
        """When the first event above this position happened (Unix seconds)."""
        kept = self._happened_after  # another history's are forgotten
        found = cast("list[Any]", await self._redis.xrange(STREAM, min=f"({position}-0", count=1))
        if found:
            _, fields = found[0]
            since = happened_at(fields.get(b"state", b""))
            if _is_above(fields.get(b"prev", b""), position):
                return self._first_after_in_store(position, since)
            kept[position] = since
            return since
        # It is in the store alone: the relay has not carried it yet.
        return self.head.at if self._waiting_since is None else self._waiting_since

    def _first_after_in_store(self, position: int, at_the_latest: float) -> float:
        """The same for a position that the stream has left behind, as far as the store has told.

        A shard that catches up is elsewhere each time: the newest that is known from below it
        shows a little too much lag, never too little.
        """
        if len(self._to_ask_for) < OVERTAKEN_MAX:
            self._to_ask_for.add(position)  # each time, so that it is not forgotten meanwhile
        known = [one for one in self._overtaken if one <= position]
        since = self._overtaken.get(max(known), at_the_latest) if known else at_the_latest
        return min(since, at_the_latest)

    async def look(self) -> None:
        """Looks at both once, as far as they answer."""
        for name, look in (("stream", self.look_at_stream), ("store", self.look_at_store)):
            await self._look_if_it_answers(name, look())

    async def look_at_stream(self) -> None:
        """Learns epoch and head from the stream. Raises RedisError."""
        changes = self.history.changes
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.get(EPOCH)
            pipe.xrevrange(STREAM, count=1)
            epoch, found = cast("tuple[bytes | None, list[Any]]", await pipe.execute())
        if changes != self.history.changes:
            return  # a read has seen another history meanwhile; this may be of the old one
        self.history.see((epoch or b"").decode())
        if found:
            entry_id, fields = found[0]
            self._stream_position = position_of(entry_id)
            self._advance(self._stream_position, fields.get(b"state", b""))

    async def look_at_store(self) -> None:
        """Learns the head, and how many events are in quarantine. Raises psycopg.Error."""
        async with await self._connect() as connection:
            await self._ask_store(connection)

    async def watch_stream(self) -> None:
        """Learns what the stream says ten times a second, until cancelled."""
        while True:
            await self._look_if_it_answers("stream", self.look_at_stream())
            await asyncio.sleep(STREAM_EVERY_SECONDS)

    async def watch_store(self) -> None:
        """Learns what the store says twice a second, until cancelled."""

        async def keep_asking() -> None:
            async with await self._connect() as connection:
                while True:
                    await self._ask_store(connection)
                    self._silent.discard("store")
                    await asyncio.sleep(STORE_EVERY_SECONDS)

        while True:
            await self._look_if_it_answers("store", keep_asking())
            await asyncio.sleep(STORE_EVERY_SECONDS)

    async def _look_if_it_answers(self, name: str, look: Coroutine[None, None, None]) -> None:
        """Says it once when one falls silent, and not at every look."""
        try:
            await look
        except (RedisError, psycopg.Error) as error:
            if name not in self._silent:
                logger.warning(
                    "the %s does not answer, the lag shown may be too small: %s", name, error
                )
            self._silent.add(name)
        else:
            self._silent.discard(name)

    async def _connect(self) -> StoreConnection:
        return await psycopg.AsyncConnection.connect(
            self._database_url,
            autocommit=True,
            connect_timeout=CONNECT_SECONDS_MAX,
            application_name="slackwater query-api",
        )

    async def _ask_store(self, connection: StoreConnection) -> None:
        cursor = await connection.execute(self._select_head, prepare=True)
        if row := await cursor.fetchone():
            self._advance(row[0], row[1])
        await self._ask_for_first_after(connection)
        cursor = await connection.execute(self._count_quarantined, prepare=True)
        if row := await cursor.fetchone():
            self.quarantined = row[0]

    async def _ask_for_first_after(self, connection: StoreConnection) -> None:
        """How long the first event has waited that is not in the stream, behind it or before it."""
        changes, end, left_behind = self.history.changes, self._stream_position, self._to_ask_for
        self._to_ask_for = set()
        after = {"positions": [end, *left_behind]}
        cursor = await connection.execute(self._select_first_after, after, prepare=True)
        happened = {position: happened_at(state) for position, state in await cursor.fetchall()}
        if changes != self.history.changes:
            return  # these positions are another history's
        self._waiting_since = happened.get(end)
        self._overtaken.update((one, happened[one]) for one in left_behind if one in happened)

    def _forget(self) -> None:
        """Another history may be shorter."""
        self.head = Head(0, 0.0)
        self._stream_position = 0
        self._waiting_since = None
        self._happened_after = LRUCache(HAPPENED_KEPT)
        self._overtaken = _times_by_position()
        self._to_ask_for = set()

    def _advance(self, position: int, state: bytes) -> None:
        if position > self.head.position:
            self.head = Head(position, happened_at(state))


def _times_by_position() -> TTLCache[int, float]:
    return TTLCache[int, float](OVERTAKEN_MAX, OVERTAKEN_KEPT_SECONDS)


def _is_above(prev: bytes, position: int) -> bool:
    """Whether events stand between a position and an entry whose predecessor this is."""
    return prev.isdigit() and int(prev) > position


def happened_at(state: bytes) -> float:
    """When the event with this payload happened, in Unix seconds."""
    try:
        return msgspec.json.decode(state, type=_Happened).at.timestamp()
    except (msgspec.MsgspecError, RecursionError, ValueError, OverflowError):
        return time.time()  # an event that cannot be read has no time: it counts from now
