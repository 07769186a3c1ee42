"""Streams of changes in this process, heard event by event."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from query_api.ending import end
from query_api.feed_stream.place import Place, Seen
from query_api.feed_stream.streams import Streams
from query_api.read_models import ReadModels

SECONDS_MAX = 20.0


@dataclass(frozen=True, slots=True)
class Told:
    """One event: what, under which id, saying what. A comment says nothing but its id."""

    event: str
    id: str
    data: dict[str, Any]

    @property
    def position(self) -> int:
        """Where in the log."""
        return Seen.parse(self.id).position


@dataclass(frozen=True, slots=True)
class Heard:
    """An open stream."""

    events: AsyncGenerator[bytes]

    async def next(self) -> Told:
        """The next event; comments are passed over."""
        async with asyncio.timeout(SECONDS_MAX):
            while not (told := _told(await anext(self.events))).event:
                pass
        return told

    async def some(self, count: int) -> list[Told]:
        """The next so many."""
        return [await self.next() for _ in range(count)]


class Listening:
    """A read side that streams, with its watch at work."""

    def __init__(self, models: ReadModels) -> None:
        self.models = models
        self.streams = Streams(models)

    async def place(self, after: int, release: int | None = None) -> Place:
        """Where a client begins that knows this position, or this retry of the quarantine too."""
        await self.streams.left_out.look()
        served = await self.streams.left_out.release()
        epoch = await self.streams.stores.epoch()
        return Place(after, epoch, served if release is None else release)

    @asynccontextmanager
    async def open(
        self, person: UUID, after: int, release: int | None = None
    ) -> AsyncGenerator[Heard]:
        """Their stream, once it has begun."""
        caller = await self.streams.stores.caller(person)
        place = await self.place(after, release)
        session = self.streams.session(caller, place, time.time() + 600)
        events = session.events()
        assert _told(await anext(events)).id == str(place)
        yield Heard(events)
        await events.aclose()


def listen(
    redis_url: str, database_url: str, question: Callable[[Listening], Awaitable[None]]
) -> None:
    """Asks something of streams over these servers."""

    async def run() -> None:
        models = ReadModels(redis_url, database_url)
        listening = Listening(models)
        await models.watch.look()
        watching = [
            asyncio.create_task(task)
            for task in (models.watch.watch_stream(), models.watch.watch_store())
        ]
        try:
            await question(listening)
        finally:
            await end(*watching)
            await listening.streams.close()
            await models.close()

    asyncio.run(run())


def _told(event: bytes) -> Told:
    fields = dict(
        line.split(": ", 1)
        for line in event.decode().splitlines()
        if not line.startswith(":")
        if line
    )
    return Told(fields.get("event", ""), fields.get("id", ""), json.loads(fields.get("data", "{}")))
