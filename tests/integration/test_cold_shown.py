"""What operators are shown of cold feeds: how many there are, and whether there can be any."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from launcher.generations import list_generations
from launcher.settings import Settings
from launcher.status import show_status
from projections.home_feed.keys import HOME_FEED
from projections.home_feed.turning import Turning
from projections.shards import Generation, encode_entry, generations_key
from tests.conftest import Servers
from tests.integration.pipeline import Pipeline


class Operator:
    """Looks at the status and at the list of generations."""

    def __init__(self, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
        self._settings = settings
        self._capsys = capsys

    def status(self) -> dict[str, list[dict[str, Any]]]:
        """The shards of each projection, as JSON."""
        asyncio.run(show_status(self._settings, as_json=True))
        return json.loads(self._capsys.readouterr().out)["projections"]

    def status_rows(self) -> list[str]:
        """The home feed's rows, as a person sees them."""
        asyncio.run(show_status(self._settings, as_json=False))
        return self._rows()

    def generations(self) -> dict[str, tuple[bool | None, int | None]]:
        """Of each projection whether its feeds can cool, and how many have, as JSON."""
        list_generations(self._settings, as_json=True)
        rows = json.loads(self._capsys.readouterr().out)
        return {row["projection"]: (row["can_cool"], row["cold_feeds"]) for row in rows}

    def generation_rows(self) -> list[str]:
        """The home feed's rows, as a person sees them."""
        list_generations(self._settings, as_json=False)
        return self._rows()

    def _rows(self) -> list[str]:
        lines = self._capsys.readouterr().out.splitlines()
        return [line for line in lines if HOME_FEED in line]


@pytest.fixture
def operator(servers: Servers, database_url: str, capsys: pytest.CaptureFixture[str]) -> Operator:
    return Operator(Settings.of(database_url=database_url, redis_url=servers.redis_url), capsys)


@pytest.fixture
def cooled(pipeline: Pipeline) -> Generation:
    """Of the people of shard 1 two are cold, of those of shard 0 nobody is."""
    pipeline.people(12)
    pipeline.carry()
    pipeline.project(pipeline.projector())
    [active] = pipeline.generations.active([HOME_FEED])
    here = [n for n in range(1, 25, 2) if active.shard_of(n) == active.shard(1)][:2]
    assert Turning(pipeline.redis).cool(active.shard(1), here).cold == 2
    return active


@pytest.mark.usefixtures("cooled")
def test_status_and_generations_show_how_many_feeds_are_cold(operator: Operator) -> None:
    shards = operator.status()
    assert [shard["cold_feeds"] for shard in shards.pop(HOME_FEED)] == [0, 2]
    assert shards
    assert not any("cold_feeds" in shard for others in shards.values() for shard in others)
    assert [row.split("│")[-2].strip() for row in operator.status_rows()] == ["0", "2"]
    generations = operator.generations()
    assert generations.pop(HOME_FEED) == (True, 2)
    assert set(generations.values()) == {(None, None)}
    [row] = operator.generation_rows()
    assert row.split("│")[-3].strip() == "2"


def test_they_say_of_a_generation_from_before_feeds_could_cool_that_none_can(
    pipeline: Pipeline, cooled: Generation, operator: Operator
) -> None:
    old = encode_entry(replace(cooled, can_cool=False), building=False)
    pipeline.redis.hset(generations_key(HOME_FEED), str(cooled.number), old)
    assert [shard["cold_feeds"] for shard in operator.status()[HOME_FEED]] == [None, None]
    assert [row.split("│")[-2].strip() for row in operator.status_rows()] == ["cannot be"] * 2
    assert operator.generations()[HOME_FEED] == (False, None)
    [row] = operator.generation_rows()
    assert row.split("│")[-3].strip().startswith("cannot")
