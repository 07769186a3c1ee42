"""How long a shard lags that the stream has left behind: the store alone knows its next event."""

import asyncio
import json
from datetime import timedelta

import msgspec
import pytest

from command_api import commands
from launcher.settings import Settings
from launcher.status import show_status
from projections.catalogue import NAMES
from projections.log import watch as watch_module
from query_api.read_models import ReadModels
from tests.integration.conftest import Ask
from tests.integration.pipeline import Pipeline
from tests.servers import Servers

AGO = (3_600, 1_800, 0)
"""Seconds: when each of three people registered; everybody takes two positions."""

SLACK = 60
"""Seconds that a test may take."""


@pytest.fixture
def overtaken(pipeline: Pipeline) -> Pipeline:
    """Nothing is applied, and the stream holds the last of three people alone: 5 and 6."""
    for number, seconds in enumerate(AGO):
        command = commands.register(handle=f"person_{number}", display_name=None)
        at = command.at - timedelta(seconds=seconds)
        pipeline.write_model.execute(msgspec.structs.replace(command, at=at))
    pipeline.carry()
    pipeline.stream.trim_below(5)
    return pipeline


def is_about(found: float, seconds: float) -> bool:
    return seconds <= found < seconds + SLACK


@pytest.mark.usefixtures("overtaken")
def test_the_lag_of_who_stands_below_the_stream_is_as_long_as_the_store_says(
    ask: Ask[None],
) -> None:
    async def look(models: ReadModels) -> None:
        watch = models.watch
        await watch.look()
        at_first = [await watch.lag_seconds(position) for position in (1, 2, 4, 5, 6)]
        assert all(is_about(found, 0) for found in at_first)
        await watch.look_at_store()
        lags = [await watch.lag_seconds(position) for position in (1, 2, 4, 5, 6)]
        for found, right in zip(lags, (3_600, 1_800, 0, 0, 0), strict=True):
            assert is_about(found, right)

    ask(look)


@pytest.mark.usefixtures("overtaken")
def test_who_has_gone_on_below_the_stream_is_not_shown_as_nearer_than_they_are(
    ask: Ask[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_module, "OVERTAKEN_MAX", 1)

    async def look(models: ReadModels) -> None:
        watch = models.watch
        await watch.look()
        for position in (1, 2):
            await watch.lag_seconds(position)
        await watch.look_at_store()
        assert is_about(await watch.lag_seconds(2), 3_600), "one alone was asked for"
        await watch.look_at_store()
        assert is_about(await watch.lag_seconds(2), 1_800), "it was asked for"
        assert is_about(await watch.lag_seconds(4), 0)

    ask(look)


@pytest.mark.usefixtures("overtaken")
def test_another_history_forgets_how_long_the_one_before_was_behind(ask: Ask[None]) -> None:
    async def look(models: ReadModels) -> None:
        watch = models.watch
        await watch.look()
        await watch.lag_seconds(1)
        await watch.look_at_store()
        assert is_about(await watch.lag_seconds(1), 3_600)
        watch.history.see("another")
        assert not watch.has_to_ask_store
        await watch.look_at_store()
        assert is_about(await watch.lag_seconds(1), 0)

    ask(look)


def test_the_status_shows_it_at_the_first_look(
    overtaken: Pipeline,
    database_url: str,
    servers: Servers,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in NAMES:
        shard = overtaken.generations.ensure_active(name, shards=1, window=5).shard(0)
        overtaken.redis.hset(shard.checkpoint_key, "position", 2)
    settings = Settings.of(database_url=database_url, redis_url=servers.redis_url)
    asyncio.run(show_status(settings, as_json=True))
    shown = json.loads(capsys.readouterr().out)["projections"]
    for name in NAMES:
        [shard] = shown[name]
        assert is_about(shard["lag_seconds"], 1_800)
