"""Postgres stands still without closing a connection: commands wait for it a bounded time."""

import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from command_api.application import Slackwater
from command_api.errors import StoreUnavailable
from command_api.event_store import datastore
from domain.events import Followed
from projections.log.store import Store
from tests.conftest import Servers
from tests.integration.command_api import (
    as_person,
    command_api,
    events,
    publish,
    register,
    texts,
    until_replayed,
)
from tests.integration.freezing import postgres_frozen
from tests.waiting import until

FIRST_SECONDS_MAX = 5.0
"""Whoever notices first waits three seconds for an answer, and a little for another connection."""

LATER_SECONDS_MAX = 1.0


@pytest.fixture
def direct(
    write_model: Slackwater, database_url: str, journal_file: Path
) -> Generator[httpx.Client]:
    """A command API with a journal and nothing between it and Postgres."""
    assert write_model.epoch
    with command_api(database_url, journal_file) as api:
        yield api


def test_commands_that_read_first_are_journaled_and_carried_out_once_it_goes_on(
    servers: Servers, direct: httpx.Client, store: Store
) -> None:
    ada, bob, cyd = (register(direct, handle) for handle in ("ada", "bob", "cyd"))
    post = publish(direct, ada, "kept").json()["id"]
    asked: list[Callable[[], httpx.Response]] = [
        lambda: direct.post(f"/users/{bob}/follow", headers=as_person(ada)),
        lambda: direct.delete(f"/posts/{post}", headers=as_person(ada)),
        lambda: direct.post("/posts/", headers=as_person(bob, "k" * 16), json={"text": "keyed"}),
    ]
    asked += [lambda: direct.post(f"/users/{cyd}/follow", headers=as_person(bob))] * 7
    with postgres_frozen(servers), ThreadPoolExecutor(len(asked)) as threads:
        began = time.monotonic()
        first = [each.result() for each in [threads.submit(ask) for ask in asked]]
        assert time.monotonic() - began < FIRST_SECONDS_MAX
        assert {answer.status_code for answer in first} == {202}
        began = time.monotonic()
        assert publish(direct, ada, "queued").status_code == 202
        assert time.monotonic() - began < LATER_SECONDS_MAX
        assert direct.get("/readyz").status_code == 200
    until_replayed(direct)
    assert texts(store) == ["kept", "keyed", "queued"]
    assert len([body for body in events(store) if isinstance(body, Followed)]) == 2
    until(lambda: publish(direct, ada, "after").status_code == 201, "it is used again")


def test_without_a_journal_they_are_told_that_the_store_is_unavailable(
    servers: Servers, write_model: Slackwater, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = write_model.register(handle="ada", display_name=None).id
    monkeypatch.setattr(datastore, "SILENT_SECONDS_MAX", 0.5)
    with closing(Slackwater(database_url)) as alone:
        alone.open()
        assert alone.number_of(ada)
        with postgres_frozen(servers):
            began = time.monotonic()
            with pytest.raises(StoreUnavailable):
                alone.remembered(ada)
            with pytest.raises(StoreUnavailable):
                alone.delete(caller_id=ada, post_id=ada)
            assert time.monotonic() - began < FIRST_SECONDS_MAX
        until(lambda: answers(alone), "its connections are replaced")


def answers(write_model: Slackwater) -> bool:
    try:
        write_model.remembered(write_model.register(handle="eve", display_name=None).id)
    except StoreUnavailable:
        return False
    return True
