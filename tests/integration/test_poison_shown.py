"""An event that cannot be read, as operators and readers are shown it."""

import asyncio
import json
from typing import Any

import pytest

from launcher.quarantine import list_quarantine
from launcher.settings import Settings
from launcher.status import show_status
from projections.catalogue import EVERY_NAME
from query_api.read_models import ReadModels
from query_api.why import verdict
from tests.conftest import Servers
from tests.convergence.poisons import newer_version, unknown_topic
from tests.integration.conftest import Ask
from tests.integration.pipeline import Pipeline
from tests.integration.relational import Relational
from tests.integration.spoiling import spoiled


@pytest.fixture
def settings(servers: Servers, database_url: str) -> Settings:
    return Settings.of(database_url=database_url, redis_url=servers.redis_url)


def test_the_list_and_the_status_show_what_everything_waits_for(
    pipeline: Pipeline,
    relational: Relational,
    settings: Settings,
    database_url: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pipeline.people(1)
    [position] = [pipeline.write_model.register(handle="late", display_name=None).position]
    with spoiled(database_url, position, unknown_topic):
        pipeline.carry()
        projector, tables = pipeline.projector(), relational.projector()
        for _ in range(3):
            projector.step()
            tables.step()
        assert list_quarantine(settings, as_json=True) == 0
        [row] = json.loads(capsys.readouterr().out)
        assert (row["position"], row["state"]) == (position, "waited for")
        assert set(row["projections"]) == set(EVERY_NAME)
        assert "nobody.knows" in row["reason"]
        assert asyncio.run(show_status(settings, as_json=True)) == 0
        status = json.loads(capsys.readouterr().out)
        assert [one["position"] for one in status["waited_for"]] == [position]
        [tables_row] = status["projections"]["relational"]
        assert (tables_row["position"], tables_row["lag_events"]) == (position - 1, 1)
        assert asyncio.run(show_status(settings, as_json=False)) == 0
        assert f"stopped before position {position}" in capsys.readouterr().out


def test_why_says_that_a_post_is_in_quarantine(
    pipeline: Pipeline, relational: Relational, database_url: str, ask: Ask[Any]
) -> None:
    ada = pipeline.write_model.register(handle="ada", display_name=None)
    post = pipeline.write_model.publish(author_id=ada.id, text="first")

    async def why(models: ReadModels) -> tuple[str, str]:
        position = await models.feed_position(ada.id)
        return verdict(await models.relational.facts(ada.id, post.id, position))

    with spoiled(database_url, post.position, newer_version):
        pipeline.carry()
        pipeline.project(pipeline.projector("quarantine"))
        relational.project(relational.projector(poison="quarantine"))
        reason, because = ask(why)
    assert reason == "unknown"
    assert f"position {post.position} is left out of every feed" in because
