"""Many people at once: commands side by side, and an onlooker who reads feeds all the while."""

import asyncio
import contextlib
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus

from launcher.demo.client import Client, Person, Refused
from launcher.demo.report import Reads

AT_ONCE = 24
"""Commands under way at once."""

READ_EVERY_SECONDS = 0.01

Act = Callable[[], Awaitable[None]]


async def all_of(acts: Iterable[Act]) -> None:
    """Carries out all acts, AT_ONCE of them at a time, begun in their order.

    The first error ends it, and is raised as it is.
    """
    turns = asyncio.Semaphore(AT_ONCE)

    async def in_turn(act: Act) -> None:
        async with turns:
            await act()

    try:
        async with asyncio.TaskGroup() as tasks:
            for act in acts:
                tasks.create_task(in_turn(act))
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from errors


class Onlooker:
    """Reads the first page of somebody's feed, again and again, and notes what it was told."""

    def __init__(self, client: Client, people: Sequence[Person]) -> None:
        self._client = client
        self._people = people
        self._random = random.Random(1)  # noqa: S311 - whose feed it is, no secret

    @asynccontextmanager
    async def watching(self) -> AsyncGenerator[Reads]:
        """Reads until the end of the block."""
        reads = Reads()
        task = asyncio.create_task(self._watch(reads))
        try:
            yield reads
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _watch(self, reads: Reads) -> None:
        while True:
            try:
                page = await self._client.feed(self._random.choice(self._people))
            except Refused as error:
                if error.status != HTTPStatus.SERVICE_UNAVAILABLE:
                    raise
                reads.refused += 1
            else:
                reads.ok += 1
                reads.lag_events_max = max(reads.lag_events_max, page.lag_events)
                reads.lag_seconds_max = max(reads.lag_seconds_max, page.lag_seconds)
            await asyncio.sleep(READ_EVERY_SECONDS)
