"""The query API stops: nothing that runs beside its requests goes on."""

import asyncio

import pytest

from edge.tokens import AccessTokens
from projections.log.watch import LogWatch
from query_api.app import create_app
from tests.servers import Servers

SECONDS_MAX = 20.0


def test_a_task_that_keeps_a_cancellation_to_itself_ends_all_the_same(
    servers: Servers, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = create_app(
        database_url=database_url,
        redis_url=servers.redis_url,
        tokens=AccessTokens.under(b"k" * 32, ttl_seconds=600),
        settings={},
    )
    look, cancelled = LogWatch.look_at_stream, 0

    async def run() -> None:
        is_looking = asyncio.Event()

        async def look_as_wait_for_does(watch: LogWatch) -> None:
            nonlocal cancelled
            if cancelled:
                return await look(watch)
            is_looking.set()
            try:
                await asyncio.sleep(SECONDS_MAX)
            except asyncio.CancelledError:
                cancelled += 1

        async with asyncio.timeout(SECONDS_MAX):
            async with api.router.lifespan_context(api):
                monkeypatch.setattr(LogWatch, "look_at_stream", look_as_wait_for_does)
                await is_looking.wait()
            assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(run())
    assert cancelled == 1
