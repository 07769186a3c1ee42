"""What waits in the journal is carried out in order, each command exactly once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from command_api.application import Slackwater
from domain.events import Followed, Published, Registered, Unfollowed
from projections.log.store import Store
from tests.integration.command_api import (
    as_person,
    command_api,
    events,
    publish,
    queued,
    register,
    state_of,
    store_away,
    texts,
    until_replayed,
)
from tests.integration.cutting_proxy import Crossing, CuttingProxy, never_arrives, reply_is_lost
from tests.waiting import until


def test_what_comes_while_the_journal_is_emptied_never_passes_what_waits(
    api: httpx.Client, proxy: CuttingProxy, store: Store
) -> None:
    ada = register(api, "ada")
    sent = [str(n) for n in range(40)]
    with store_away(proxy):
        for text in sent:
            publish(api, ada, text)
    statuses: set[int] = set()
    for n in range(40, 400):
        sent.append(str(n))
        statuses.add(publish(api, ada, str(n)).status_code)
        if 201 in statuses and n > 80:
            break
    until_replayed(api)
    assert texts(store) == sent
    assert 201 in statuses


@pytest.mark.parametrize("fate", [reply_is_lost, never_arrives])
def test_a_write_whose_outcome_is_unknown_is_accepted_and_done_exactly_once(
    fate: object, api: httpx.Client, proxy: CuttingProxy, store: Store
) -> None:
    ada, bob = register(api, "ada"), register(api, "bob")

    def and_the_store_is_away(commit: Crossing) -> None:
        assert callable(fate)
        fate(commit)
        proxy.shut_out()

    asked = [
        lambda: publish(api, ada, "once"),
        lambda: api.post(f"/users/{bob}/follow", headers=as_person(ada)),
        lambda: api.post("/users/", json={"handle": "cyd"}),
    ]
    for ask in asked:
        proxy.next_commits(and_the_store_is_away)
        assert ask().status_code == 202
        proxy.let_in()
        until_replayed(api)
    kinds = [Registered, Registered, Published, Followed, Registered]
    assert [type(body) for body in events(store)] == kinds


def test_a_follow_in_doubt_that_was_undone_elsewhere_is_not_done_twice(
    api: httpx.Client, proxy: CuttingProxy, write_model: Slackwater, store: Store
) -> None:
    ada = write_model.register(handle="ada", display_name=None).id
    bob = write_model.register(handle="bob", display_name=None).id
    number = write_model.number_of(bob)

    def arrives_and_the_store_is_away(commit: Crossing) -> None:
        reply_is_lost(commit)
        proxy.shut_out()

    proxy.next_commits(arrives_and_the_store_is_away)
    assert api.post(f"/users/{bob}/follow", headers=as_person(ada)).status_code == 202
    until(lambda: isinstance(events(store)[-1], Followed), "the follow is stored")
    write_model.set_following(follower_id=ada, followee_id=bob, following=False)
    proxy.let_in()
    until_replayed(api)
    assert number
    assert [type(body) for body in events(store)[2:]] == [Followed, Unfollowed]


def test_a_replay_whose_reply_is_lost_does_nothing_twice(
    api: httpx.Client, proxy: CuttingProxy, store: Store
) -> None:
    ada = register(api, "ada")
    with store_away(proxy):
        for text in "abcdef":
            publish(api, ada, text)
        proxy.next_commits(reply_is_lost, never_arrives, reply_is_lost, reply_is_lost)
    until_replayed(api)
    assert texts(store) == list("abcdef")


def test_what_waits_outlives_its_process_and_is_carried_out_by_the_next(
    write_model: Slackwater, proxy: CuttingProxy, journal_file: Path, store: Store
) -> None:
    ada = str(write_model.register(handle="ada", display_name=None).id)
    proxy.shut_out()
    with command_api(proxy.url, journal_file) as api:
        answer = publish(api, ada, "from before")
    assert texts(store) == []
    proxy.let_in()
    with command_api(proxy.url, journal_file) as api:
        until_replayed(api)
        assert state_of(api, answer, ada).json()["state"] == "done"
    assert texts(store) == ["from before"]


def test_the_journal_comes_to_its_end_although_writes_never_stop(
    api: httpx.Client, proxy: CuttingProxy
) -> None:
    people = [register(api, f"person_{n}") for n in range(16)]
    ended = threading.Event()

    def write_on(who: str) -> int:
        writes = 0
        while not ended.is_set():
            writes += publish(api, who, "more").is_success
        return writes

    with ThreadPoolExecutor(len(people)) as threads:
        with store_away(proxy):
            writing = [threads.submit(write_on, who) for who in people]
            until(lambda: queued(api) > 100, "much waits")
        try:
            until_replayed(api)
        finally:
            ended.set()
    assert all(each.result() > 0 for each in writing)
