"""Feeds read over HTTP by many at once, and posts that are written meanwhile.

The client is our own (aiohttp, in this process): what it needs itself of the machine's cores is
in the figures, so that they are rather too bad than too good.
"""

import asyncio
import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from uuid import UUID

import aiohttp
import msgspec

from command_api.application import Slackwater
from edge.metrics import percentiles_ms
from launcher.errors import LaunchError
from launcher.scale.writing import GoOn

CLIENT = "aiohttp in the bench's own process"
CONNECTIONS = 8
WRITERS = 8
ANSWER_SECONDS_MAX = 60.0
TEXT = "Somebody on the quay says that the water has begun to turn; nobody else has seen it yet."


class _Lag(msgspec.Struct):
    events: int


class _Page(msgspec.Struct):
    lag: _Lag


@dataclass(slots=True)
class Reads:
    """`lag_events_max`: the greatest that a page showed. `elsewhere`: not from Redis."""

    feeds: int = 0
    seconds: float = 0.0
    posts: int = 0
    elsewhere: int = 0
    lag_events_max: int = 0
    p50_ms: float | None = None
    p99_ms: float | None = None
    took: list[float] = field(default_factory=list[float])

    @property
    def feeds_per_second(self) -> float:
        """Pages answered."""
        return self.feeds / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True)
class Posting:
    """Posts by these people in turns, so many a second, through the write model."""

    write_model: Slackwater
    authors: Sequence[UUID]
    per_second: float


def read_feeds(
    address: str, tokens: Sequence[str], seconds: float, go_on: GoOn, posting: Posting | None = None
) -> Reads:
    """For so long, CONNECTIONS at a time, each as soon as the last one is answered.

    Raises LaunchError for an answer that is no feed, and what `go_on` raises.
    """
    return asyncio.run(_read_feeds(address, tokens, seconds, go_on, posting))


async def _read_feeds(
    address: str, tokens: Sequence[str], seconds: float, go_on: GoOn, posting: Posting | None
) -> Reads:
    reads = Reads()
    began = time.monotonic()
    until = began + seconds
    async with aiohttp.ClientSession(
        address, timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS_MAX)
    ) as http:
        try:
            async with asyncio.TaskGroup() as tasks:
                for number in range(CONNECTIONS):
                    tasks.create_task(_read(http, tokens, number, until, go_on, reads))
                if posting is not None:
                    tasks.create_task(_post(posting, until, reads))
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from errors
    reads.seconds = time.monotonic() - began
    measured = percentiles_ms(reads.took)
    reads.p50_ms, reads.p99_ms = measured["p50"], measured["p99"]
    return reads


async def _read(
    http: aiohttp.ClientSession,
    tokens: Sequence[str],
    seed: int,
    until: float,
    go_on: GoOn,
    reads: Reads,
) -> None:
    chance = random.Random(seed)  # noqa: S311 - whose feed it is, no secret
    while time.monotonic() < until:
        go_on()
        headers = {"Authorization": f"Bearer {chance.choice(tokens)}"}
        began = time.perf_counter()
        async with http.get("/feed/", headers=headers) as answer:
            body = await answer.read()
        reads.took.append(time.perf_counter() - began)
        if answer.status != HTTPStatus.OK:
            raise LaunchError(f"a feed was answered with {answer.status}: {body.decode()}")
        page = msgspec.json.decode(body, type=_Page)
        reads.feeds += 1
        reads.elsewhere += answer.headers["Feed-Source"] != "redis"
        reads.lag_events_max = max(reads.lag_events_max, page.lag.events)


async def _post(posting: Posting, until: float, reads: Reads) -> None:
    """Begins each at its time; if the store is slower than that, fewer are written."""
    loop = asyncio.get_running_loop()
    turns = asyncio.Semaphore(WRITERS)
    with ThreadPoolExecutor(WRITERS, "writer") as threads:

        async def publish(author: UUID) -> None:
            try:
                await loop.run_in_executor(
                    threads,
                    lambda: posting.write_model.publish(author_id=author, text=TEXT),
                )
                reads.posts += 1
            finally:
                turns.release()

        async with asyncio.TaskGroup() as tasks:
            begin_at, number = time.monotonic(), 0
            while (now := time.monotonic()) < until:
                await asyncio.sleep(max(0.0, begin_at - now))
                await turns.acquire()
                tasks.create_task(publish(posting.authors[number % len(posting.authors)]))
                number += 1
                begin_at = max(begin_at + 1 / posting.per_second, now)
