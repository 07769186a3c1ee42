"""The store goes away: commands say so soon and truthfully, and go on when it is back."""

import asyncio
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import Future
from contextlib import closing
from typing import TypeVar

import httpx
import pytest
from eventsourcing.persistence import OperationalError
from fastapi import FastAPI

from command_api.app import create_app
from command_api.application import Slackwater
from command_api.errors import OutcomeUnknown, StoreUnavailable
from command_api.event_store import datastore, recorder
from command_api.event_store.errors import AppendInDoubt
from edge.tokens import AccessTokens
from tests.integration.cutting_proxy import Crossing, CuttingProxy, gets_stuck, reply_is_lost
from tests.integration.saves import event, stored, until

SOON_SECONDS = 5.0

Outcome = TypeVar("Outcome")


@pytest.fixture
def proxy(database_url: str) -> Generator[CuttingProxy]:
    with closing(CuttingProxy(database_url)) as proxy:
        yield proxy


@pytest.fixture
def behind_proxy(write_model: Slackwater, proxy: CuttingProxy) -> Generator[Slackwater]:
    """A second process on the same store, with the proxy in between."""
    assert write_model.epoch
    with closing(Slackwater(proxy.url)) as behind_proxy:
        behind_proxy.open()
        yield behind_proxy
        proxy.let_in()  # so that closing does not wait for a save that a failed test left behind


@pytest.fixture
def little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tenths of seconds instead of seconds; ask for it before `behind_proxy`."""
    monkeypatch.setattr(datastore, "CONNECT_SECONDS_MAX", 0.3)
    monkeypatch.setattr(datastore, "IDLE_IN_TRANSACTION_SECONDS_MAX", 0.3)
    monkeypatch.setattr(recorder, "RETRY_SECONDS_MAX", 0.3)


def test_a_store_that_stays_away_is_reported_in_bounded_time_and_nothing_is_stored(
    little_patience: None, write_model: Slackwater, behind_proxy: Slackwater, proxy: CuttingProxy
) -> None:
    proxy.shut_out()
    with pytest.raises(OperationalError) as refusal:
        soon(behind_proxy.recorder.insert_events, [event()])
    assert not isinstance(refusal.value, AppendInDoubt)
    assert stored(write_model.recorder) == {}


def test_a_store_that_vanishes_before_the_commit_is_reported_and_nothing_is_stored(
    little_patience: None, write_model: Slackwater, behind_proxy: Slackwater, proxy: CuttingProxy
) -> None:
    proxy.next_commits(lambda _: proxy.shut_out())
    with pytest.raises(OperationalError):
        soon(behind_proxy.recorder.insert_events, [event()])
    assert stored(write_model.recorder) == {}


def test_commands_say_that_the_store_is_unavailable(
    little_patience: None, behind_proxy: Slackwater, proxy: CuttingProxy
) -> None:
    ada = behind_proxy.register(handle="ada", display_name=None)
    bob = behind_proxy.register(handle="bob", display_name=None)
    post = behind_proxy.publish(author_id=ada.id, text="High water.")
    proxy.shut_out()
    commands: list[Callable[[], object]] = [
        lambda: behind_proxy.register(handle="cyd", display_name=None),
        lambda: behind_proxy.publish(author_id=ada.id, text="Low water."),
        lambda: behind_proxy.delete(caller_id=ada.id, post_id=post.id),
        lambda: behind_proxy.set_following(follower_id=ada.id, followee_id=bob.id, following=True),
        lambda: behind_proxy.number_of(post.id),
    ]
    for command in commands:
        with pytest.raises(StoreUnavailable, match="nothing was stored"):
            soon(command)


def test_a_registration_whose_reply_is_lost_does_not_find_its_own_handle_taken(
    write_model: Slackwater, behind_proxy: Slackwater, proxy: CuttingProxy
) -> None:
    proxy.next_commits(reply_is_lost)
    ada = behind_proxy.register(handle="ada", display_name=None)
    assert write_model.number_of(ada.id) == ada.position
    assert len(stored(write_model.recorder)) == 2


def test_connections_that_died_unnoticed_are_replaced(
    write_model: Slackwater, behind_proxy: Slackwater, proxy: CuttingProxy
) -> None:
    before, after = event(), event()
    behind_proxy.recorder.insert_events([before])
    proxy.shut_out()
    proxy.let_in()
    behind_proxy.recorder.insert_events([after])
    assert list(stored(write_model.recorder)) == [before, after]


def test_saves_go_on_soon_after_the_store_is_back(
    little_patience: None, behind_proxy: Slackwater, proxy: CuttingProxy
) -> None:
    proxy.shut_out()
    gone = time.monotonic()
    while time.monotonic() - gone < 3.5:
        with pytest.raises(OperationalError):
            soon(behind_proxy.recorder.insert_events, [event()])
    proxy.let_in()
    back = time.monotonic()
    until(lambda: is_saved(behind_proxy))
    assert time.monotonic() - back < 2


def test_a_command_whose_commit_may_have_arrived_says_that_its_outcome_is_unknown(
    little_patience: None, write_model: Slackwater, behind_proxy: Slackwater, proxy: CuttingProxy
) -> None:
    ada = behind_proxy.register(handle="ada", display_name=None)
    proxy.next_commits(lambda commit: arrives_and_the_store_vanishes(commit, proxy))
    with pytest.raises(OutcomeUnknown):
        soon(lambda: behind_proxy.publish(author_id=ada.id, text="High water."))
    until(lambda: len(stored(write_model.recorder)) == 3)


def test_over_http_nobody_is_told_to_repeat_what_may_have_been_done(
    little_patience: None, write_model: Slackwater, proxy: CuttingProxy
) -> None:
    tokens = AccessTokens.under(b"a key of at least thirty-two bytes", ttl_seconds=60)
    api = create_app(database_url=proxy.url, tokens=tokens, settings={})
    answer = asyncio.run(registration_in_doubt(api, proxy))
    until(lambda: len(stored(write_model.recorder)) == 2)
    assert answer.status_code >= 500
    assert "Retry-After" not in answer.headers


def test_a_command_cut_off_for_standing_still_too_long_is_told_that_the_store_is_unavailable(
    little_patience: None, write_model: Slackwater, behind_proxy: Slackwater, proxy: CuttingProxy
) -> None:
    proxy.next_commits(gets_stuck)
    with pytest.raises(StoreUnavailable):
        soon(lambda: behind_proxy.register(handle="ada", display_name=None))
    assert stored(write_model.recorder) == {}


def arrives_and_the_store_vanishes(commit: Crossing, proxy: CuttingProxy) -> None:
    reply_is_lost(commit)
    proxy.shut_out()


async def registration_in_doubt(api: FastAPI, proxy: CuttingProxy) -> httpx.Response:
    transport = httpx.ASGITransport(app=api)
    async with (
        api.router.lifespan_context(api),
        httpx.AsyncClient(transport=transport, base_url="http://slackwater") as client,
    ):
        proxy.next_commits(lambda commit: arrives_and_the_store_vanishes(commit, proxy))
        return await client.post("/users/", json={"handle": "ada"})


def soon(call: Callable[..., Outcome], *arguments: object) -> Outcome:
    """What the call returns or raises, which must not take long."""
    outcome: Future[Outcome] = Future()

    def run() -> None:
        try:
            outcome.set_result(call(*arguments))
        except Exception as error:  # noqa: BLE001 - the test looks at it
            outcome.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return outcome.result(SOON_SECONDS)


def is_saved(write_model: Slackwater) -> bool:
    try:
        write_model.recorder.insert_events([event()])
    except OperationalError:
        return False
    return True
