"""Where a stream may begin: ids of its events, over HTTP."""

from collections.abc import Generator
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from query_api.app import create_app
from tests.integration.command_api import TOKENS, as_person, served
from tests.integration.pipeline import Pipeline
from tests.integration.relational import Relational
from tests.integration.restored_store import four_of_eight, settle
from tests.servers import Servers
from tests.waiting import until


@pytest.fixture
def api(pipeline: Pipeline, servers: Servers, database_url: str) -> Generator[httpx.Client]:
    """A query API of its own."""
    assert pipeline.redis.ping()
    app = create_app(
        database_url=database_url, redis_url=servers.redis_url, tokens=TOKENS, settings={}
    )
    with served(app) as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client


def begun(api: httpx.Client, person: UUID, last_event_id: str) -> tuple[int, str]:
    """The status, and the id with which it begins, or why it does not."""
    headers = as_person(person) | {"Last-Event-ID": last_event_id}
    with api.stream("GET", "/feed/stream", headers=headers) as answer:
        if answer.status_code != 200:
            return answer.status_code, answer.read().decode()
        return 200, next(
            line.removeprefix("id: ") for line in answer.iter_lines() if line.startswith("id: ")
        )


def test_an_id_names_position_and_history_and_a_position_alone_will_do(
    pipeline: Pipeline, api: httpx.Client
) -> None:
    ada = pipeline.write_model.register(handle="ada", display_name=None)
    pipeline.carry()
    pipeline.project(pipeline.projector())
    epoch = pipeline.store.epoch()
    whole = f"{ada.position}.{epoch}.0"
    until(lambda: begun(api, ada.id, f"{ada.position}") == (200, whole), "the head is known")
    assert begun(api, ada.id, whole) == (200, whole)
    for nonsense in (f"{ada.position}.{epoch}", f"{epoch}.1.0", "x"):
        assert begun(api, ada.id, nonsense)[0] == 422


def test_who_was_told_of_a_lost_history_is_refused_in_words_when_they_come_again(
    pipeline: Pipeline, relational: Relational, api: httpx.Client, database_url: str, tmp_path: Path
) -> None:
    ada = pipeline.write_model.register(handle="ada", display_name=None)
    backup, lost = four_of_eight(pipeline, database_url, tmp_path), pipeline.store.epoch()
    until(lambda: begun(api, ada.id, "2")[1] == f"2.{lost}.0", "the lost history is served")
    backup.put_back(cut=True)
    settle(pipeline)

    def refused() -> str:
        status, said = begun(api, ada.id, f"2.{lost}.0")
        return said if status == 410 else ""

    assert "a history that is not served any more" in until(refused, "it is refused")
    now = f"2.{pipeline.store.epoch()}.0"
    until(lambda: begun(api, ada.id, "2") == (200, now), "a position alone will do")
