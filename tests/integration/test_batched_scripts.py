"""Reading scripts that many call at once: each gets its own answer, whatever happens to others."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError

from projections.batched import CALLS_MAX, BatchedScript
from projections.home_feed.read import PAGE_PRELUDES
from tests.conftest import Servers

Script = Callable[[BatchedScript], Awaitable[Any]]


@pytest.fixture
def with_script(servers: Servers, redis: Redis) -> Callable[[Script], Any]:
    """Runs something on the home feed's page script, of which some keys are there."""
    for number in range(200):
        redis.hset(f"{{{number}}}checkpoint", "position", number)
    redis.set("{wrong}checkpoint", "no hash")

    async def run(use: Script) -> Any:
        async with AsyncRedis.from_url(servers.redis_url) as client:
            return await use(BatchedScript(client, "projections.home_feed", "page", PAGE_PRELUDES))

    return lambda use: asyncio.run(run(use))


NO_PAGE = ("f:", "fh", "", 1, 0, 10, 500)


async def position(script: BatchedScript, name: str | int) -> bytes:
    [found, _, _], *_ = await script(f"{{{name}}}checkpoint", NO_PAGE)
    return found


def test_each_of_many_calls_gets_its_own_answer(with_script: Callable[[Script], Any]) -> None:
    many = range(3 * CALLS_MAX)

    async def all_at_once(script: BatchedScript) -> list[bytes]:
        return await asyncio.gather(*(position(script, number) for number in many))

    assert with_script(all_at_once) == [str(number).encode() for number in many]


def test_a_call_that_fails_fails_alone(with_script: Callable[[Script], Any]) -> None:
    async def one_wrong(script: BatchedScript) -> list[Any]:
        calls = (position(script, name) for name in (1, "wrong", 2))
        return await asyncio.gather(*calls, return_exceptions=True)

    first, wrong, second = with_script(one_wrong)
    assert (first, second) == (b"1", b"2")
    assert isinstance(wrong, ResponseError)


def test_a_server_that_forgot_the_script_is_sent_it_again(
    with_script: Callable[[Script], Any], redis: Redis
) -> None:
    async def twice(script: BatchedScript) -> list[bytes]:
        before = await position(script, 1)
        redis.script_flush()
        return [before, *await asyncio.gather(position(script, 2), position(script, 3))]

    assert with_script(twice) == [b"1", b"2", b"3"]


def test_who_goes_away_takes_nobodys_answer_along(with_script: Callable[[Script], Any]) -> None:
    async def one_goes(script: BatchedScript) -> bytes:
        going = asyncio.create_task(position(script, 1))
        staying = asyncio.create_task(position(script, 2))
        await asyncio.sleep(0)  # both have asked
        going.cancel()
        return await staying

    assert with_script(one_goes) == b"2"


def test_all_are_told_when_the_server_is_away(with_script: Callable[[Script], Any]) -> None:
    async def nowhere(_: BatchedScript) -> list[Any]:
        async with AsyncRedis.from_url("redis://127.0.0.1:1/0") as client:
            script = BatchedScript(client, "projections.home_feed", "page", PAGE_PRELUDES)
            calls = (position(script, number) for number in range(3))
            return await asyncio.gather(*calls, return_exceptions=True)

    assert [type(error) for error in with_script(nowhere)] == [RedisConnectionError] * 3


def test_whatever_keeps_a_batch_from_being_sent_its_callers_are_told_and_the_next_one_is_sent(
    with_script: Callable[[Script], Any],
) -> None:
    async def one_cannot_be_written(script: BatchedScript) -> list[Any]:
        calls = (position(script, name) for name in ("\ud800", 1))
        together = await asyncio.gather(*calls, return_exceptions=True)
        return [*together, await position(script, 2)]

    *together, after = with_script(one_cannot_be_written)
    assert [type(error) for error in together] == [UnicodeEncodeError] * 2
    assert after == b"2"
