"""The log as the read side follows it: every entry once, wherever it has to be read from."""

import asyncio
import socket
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from projections.log.errors import StoreUnreachable
from projections.log.follower import LogFollower
from projections.log.stream import EPOCH, STREAM
from projections.log.watch import LogWatch
from query_api.ending import end
from query_api.feed_stream.log_of import log_of
from query_api.read_models import ReadModels
from tests.integration.pipeline import Pipeline
from tests.servers import Servers
from tests.waiting import eventually

NOWHERE = "unix:///nowhere.sock"
SECONDS_MAX = 20.0
BOUND_SECONDS = 5.0

Follow = Callable[[Callable[[LogFollower, LogWatch], Awaitable[None]]], None]


@pytest.fixture
def follow(servers: Servers, database_url: str) -> Callable[..., None]:
    """Lets something follow the log, over this Redis or another."""

    async def followed(
        question: Callable[[LogFollower, LogWatch], Awaitable[None]], redis_url: str
    ) -> None:
        models = ReadModels(redis_url, database_url)
        await models.watch.look()
        async with asyncio.timeout(SECONDS_MAX):
            await question(log_of(models), models.watch)
        await models.close()

    def follow(
        question: Callable[[LogFollower, LogWatch], Awaitable[None]],
        redis_url: str = servers.redis_url,
    ) -> None:
        asyncio.run(followed(question, redis_url))

    return follow


@asynccontextmanager
async def following(log: LogFollower, position: int) -> AsyncGenerator[None]:
    """Meanwhile the log is followed, from this position on."""
    task = asyncio.create_task(log.run())
    await eventually(lambda: log.position == position, "it follows from where the log stands")
    yield
    await end(task)


async def positions(log: LogFollower, after: int) -> list[int]:
    return [entry.position for entry in await log.read_after(after)]


def test_what_the_stream_holds_is_read_there(pipeline: Pipeline, follow: Follow) -> None:
    pipeline.people(3)
    pipeline.carry()

    async def question(log: LogFollower, _: LogWatch) -> None:
        assert await positions(log, 0) == [1, 2, 3, 4, 5, 6]
        assert await positions(log, 4) == [5, 6]
        assert await positions(log, 6) == []

    follow(question)


def test_what_the_stream_has_lost_comes_from_the_store(pipeline: Pipeline, follow: Follow) -> None:
    pipeline.people(3)
    pipeline.carry()
    pipeline.stream.trim_below(4)
    pipeline.redis.xdel(STREAM, "5-0")

    async def question(log: LogFollower, _: LogWatch) -> None:
        assert await positions(log, 1) == [2, 3, 4, 5, 6]
        assert await positions(log, 3) == [4], "up to the hole"
        assert await positions(log, 4) == [5, 6]

    follow(question)


def test_an_entry_that_no_relay_wrote_is_read_in_the_store(
    pipeline: Pipeline, follow: Follow
) -> None:
    pipeline.people(1)
    pipeline.carry()
    pipeline.write_model.register(handle="late", display_name=None)
    pipeline.redis.xadd(STREAM, {"what": "rubbish"}, id="3-0")

    async def question(log: LogFollower, _: LogWatch) -> None:
        assert await positions(log, 2) == [3, 4]

    follow(question)


def test_without_redis_the_store_tells_it(pipeline: Pipeline, follow: Callable[..., None]) -> None:
    pipeline.people(2)

    async def question(log: LogFollower, _: LogWatch) -> None:
        assert await positions(log, 1) == [2, 3, 4]

    follow(question, NOWHERE)


def test_a_store_that_says_nothing_is_not_waited_for_without_end() -> None:
    async def question(log: LogFollower) -> None:
        started = time.monotonic()
        with pytest.raises(StoreUnreachable):
            await log.read_after(0)
        assert time.monotonic() - started < BOUND_SECONDS

    async def asked(port: int) -> None:
        models = ReadModels(NOWHERE, f"postgresql://nobody@127.0.0.1:{port}/nothing")
        async with asyncio.timeout(SECONDS_MAX):
            await question(log_of(models))
        await models.close()

    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        asyncio.run(asked(silent.getsockname()[1]))


def test_what_the_relay_has_not_carried_is_read_in_the_store(
    pipeline: Pipeline, follow: Follow
) -> None:
    pipeline.people(1)
    pipeline.carry()
    pipeline.write_model.register(handle="late", display_name=None)

    async def question(log: LogFollower, watch: LogWatch) -> None:
        await watch.look_at_store()
        assert await positions(log, 2) == [3, 4]

    follow(question)


def test_who_follows_is_told_what_is_new_and_keeps_it(pipeline: Pipeline, follow: Follow) -> None:
    pipeline.people(1)
    pipeline.carry()

    async def question(log: LogFollower, _: LogWatch) -> None:
        async with following(log, 2):
            assert log.since(2) == []
            assert not await log.wait(2, 0.05)
            for handle in ("late", "later"):
                pipeline.write_model.register(handle=handle, display_name=None)
            pipeline.carry()
            while log.position < 6:
                assert await log.wait(log.position, SECONDS_MAX)
            kept = log.since(3)
            assert kept is not None
            assert [entry.position for entry in kept] == [4, 5, 6]
            assert log.since(1) is None, "what came before is not in memory"

    follow(question)


def test_it_ends_when_another_history_begins(pipeline: Pipeline, follow: Follow) -> None:
    pipeline.people(1)
    pipeline.carry()

    async def question(log: LogFollower, watch: LogWatch) -> None:
        async with following(log, 2):
            assert not log.ended
            pipeline.redis.set(EPOCH, "another")
            await watch.look_at_stream()
            assert await log.wait(log.position, SECONDS_MAX)
            assert log.ended

    follow(question)
