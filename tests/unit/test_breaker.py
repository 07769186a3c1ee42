"""The breaker: opens with the first fault, cuts off who waits, probes by itself."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from query_api.breaker import Breaker
from query_api.errors import RedisAway
from tests.waiting import eventually

SECONDS_MAX = 5.0


class Server:
    """Answers or not, as it is told, and counts who asks."""

    def __init__(self) -> None:
        self.fault: Exception | None = None
        self.asked = self.probed = 0
        self.at_once = self.at_once_max = 0

    async def ask(self) -> str:
        self.asked += 1
        if self.fault is not None:
            raise self.fault
        return "answer"

    async def probe(self) -> None:
        self.probed += 1
        self.at_once += 1
        self.at_once_max = max(self.at_once, self.at_once_max)
        await asyncio.sleep(0)
        self.at_once -= 1
        if self.fault is not None:
            raise self.fault


def run(test: Callable[[Server, Breaker], Awaitable[None]]) -> None:
    async def bounded() -> None:
        server = Server()
        breaker = Breaker(server.probe)
        async with asyncio.timeout(SECONDS_MAX):
            await test(server, breaker)
        await breaker.close()

    asyncio.run(bounded())


@pytest.fixture
def probes_come_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("query_api.breaker.PROBE_EVERY_SECONDS", 0.001)


async def fails(breaker: Breaker, ask: Callable[[], Awaitable[str]]) -> None:
    with pytest.raises(RedisAway):
        await breaker.call(ask)


async def closes(breaker: Breaker) -> None:
    await eventually(lambda: breaker.state == "closed", "it closes by itself", SECONDS_MAX)


@pytest.mark.parametrize("fault", [RedisConnectionError("refused"), RedisTimeoutError("silent")])
def test_after_the_first_fault_nobody_asks_any_more(fault: Exception) -> None:
    async def test(server: Server, breaker: Breaker) -> None:
        server.fault = fault
        for _ in range(5):
            await fails(breaker, server.ask)
        assert server.asked == 1
        assert (breaker.state, breaker.why) == ("open", str(fault))

    run(test)


def test_calls_under_way_are_cut_off_when_one_finds_out() -> None:
    async def test(server: Server, breaker: Breaker) -> None:
        async def waits_for_ever() -> str:
            await asyncio.Event().wait()
            return "never"

        waiting = [asyncio.create_task(fails(breaker, waits_for_ever)) for _ in range(10)]
        await asyncio.sleep(0)
        server.fault = RedisTimeoutError("silent")
        await fails(breaker, server.ask)
        await asyncio.gather(*waiting)

    run(test)


@pytest.mark.usefixtures("probes_come_fast")
def test_it_closes_by_itself_when_a_probe_is_answered_and_only_one_is_out() -> None:
    async def test(server: Server, breaker: Breaker) -> None:
        server.fault = RedisConnectionError("refused")
        for _ in range(3):
            await fails(breaker, server.ask)
        await eventually(lambda: server.probed >= 5, "it is probed", SECONDS_MAX)
        assert breaker.state != "closed"
        server.fault = None
        await closes(breaker)
        assert await breaker.call(server.ask) == "answer"
        assert server.at_once_max == 1
        assert server.asked == 2, "no request was a probe"

    run(test)


@pytest.mark.usefixtures("probes_come_fast")
def test_it_opens_again_after_it_has_closed() -> None:
    async def test(server: Server, breaker: Breaker) -> None:
        for _ in range(2):
            server.fault = RedisConnectionError("refused")
            await fails(breaker, server.ask)
            server.fault = None
            await closes(breaker)

    run(test)


@pytest.mark.parametrize("fault", [ResponseError("WRONGTYPE"), TimeoutError(), KeyError("bug")])
def test_what_is_no_silence_of_redis_passes_and_leaves_it_closed(fault: Exception) -> None:
    async def test(server: Server, breaker: Breaker) -> None:
        server.fault = fault
        with pytest.raises(type(fault)):
            await breaker.call(server.ask)
        assert breaker.state == "closed"

    run(test)
