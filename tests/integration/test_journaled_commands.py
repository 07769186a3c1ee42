"""While the event store is away, writes are accepted into the journal."""

import time
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from command_api.application import Slackwater
from command_api.journal import journal as journal_module
from domain.events import Deleted, Followed, Published, Registered, Unfollowed
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
from tests.integration.cutting_proxy import CuttingProxy
from tests.waiting import until

AWAY_SECONDS_MAX = 0.5
"""What a write may take once the store is known to be away; most of it is this machine's disk."""


def test_every_kind_of_write_is_accepted_with_its_ids_and_carried_out_once_in_order(
    api: httpx.Client, proxy: CuttingProxy, store: Store
) -> None:
    ada = register(api, "ada")
    with store_away(proxy):
        registered = api.post("/users/", json={"handle": "Bob", "display_name": " Bob "})
        bob = registered.json()["id"]
        token = {"Authorization": f"Bearer {registered.json()['access_token']}"}
        posted = api.post("/posts/", headers=token, json={"text": " tide "})
        followed = api.post(f"/users/{bob}/follow", headers=as_person(ada))
        deleted = api.delete(f"/posts/{posted.json()['id']}", headers=token)
        unfollowed = api.post(f"/users/{bob}/unfollow", headers=as_person(ada))
        answers = [registered, posted, followed, deleted, unfollowed]
        assert [answer.status_code for answer in answers] == [202] * 5
        assert all(int(answer.headers["Retry-After"]) >= 1 for answer in answers)
        assert all("Feed-Token" not in answer.headers for answer in answers)
        assert registered.json()["display_name"] == "Bob"
        assert posted.json()["text"] == "tide"
        assert followed.json()["following"] is True
        for answer, who in zip(answers, [bob, bob, ada, bob, ada], strict=True):
            assert answer.headers["Location"] == f"/commands/{answer.json()['command']['id']}"
            assert state_of(api, answer, who).json()["state"] == "queued"
    until_replayed(api)
    for answer, who in zip(answers, [bob, bob, ada, bob, ada], strict=True):
        found = state_of(api, answer, who)
        assert found.json()["state"] == "done"
        assert "Feed-Token" in found.headers
    kinds = [Registered, Registered, Published, Followed, Deleted, Unfollowed]
    assert [type(body) for body in events(store)] == kinds
    assert texts(store) == ["tide"]


def test_a_write_that_brings_a_feed_token_does_not_wait_for_the_store_either(
    api: httpx.Client, proxy: CuttingProxy
) -> None:
    ada = register(api, "ada")
    token = {"Feed-Token": publish(api, ada, "before").headers["Feed-Token"]}
    with store_away(proxy):
        for seconds_max in (2.5, AWAY_SECONDS_MAX):
            began = time.monotonic()
            answer = api.post("/posts/", headers=as_person(ada) | token, json={"text": "now"})
            assert answer.status_code == 202
            assert time.monotonic() - began < seconds_max
    until_replayed(api)


def test_an_event_has_the_time_at_which_its_command_was_accepted(
    api: httpx.Client, proxy: CuttingProxy, store: Store
) -> None:
    ada = register(api, "ada")
    with store_away(proxy):
        told = publish(api, ada, "then").json()["created_at"]
    until_replayed(api)
    assert events(store)[-1].at.isoformat() == told.replace("Z", "+00:00")


def test_only_the_first_write_waits_for_a_store_that_is_away(
    api: httpx.Client, proxy: CuttingProxy
) -> None:
    ada = register(api, "ada")
    for _ in range(2):
        seconds: list[float] = []
        with store_away(proxy):
            for n in range(10):
                began = time.monotonic()
                assert publish(api, ada, str(n)).status_code == 202
                seconds.append(time.monotonic() - began)
        assert seconds[0] < 2
        assert max(seconds[1:]) < AWAY_SECONDS_MAX
        until_replayed(api)


def test_a_command_that_the_rules_refuse_later_ends_as_rejected_and_says_why(
    api: httpx.Client, proxy: CuttingProxy, write_model: Slackwater, store: Store
) -> None:
    ada, bob = register(api, "ada"), register(api, "bob")
    post = publish(api, ada, "mine").json()["id"]
    with store_away(proxy):
        taken = api.post("/users/", json={"handle": "cyd"})
        orphan = publish(api, taken.json()["id"], "from nobody")
        stranger = api.delete(f"/posts/{post}", headers=as_person(bob))
        unknown = api.post(f"/users/{uuid4()}/follow", headers=as_person(bob))
        fine = publish(api, bob, "fine")
        write_model.register(handle="CYD", display_name=None)
    until_replayed(api)
    rejections = {
        answer: state_of(api, answer, who).json()
        for answer, who in [
            (taken, taken.json()["id"]),
            (orphan, taken.json()["id"]),
            (stranger, bob),
            (unknown, bob),
        ]
    }
    assert {one["state"] for one in rejections.values()} == {"rejected"}
    assert [one["rejection"]["status"] for one in rejections.values()] == [409, 404, 403, 404]
    assert "is taken" in rejections[taken]["rejection"]["detail"]
    assert state_of(api, fine, bob).json()["state"] == "done"
    assert texts(store) == ["mine", "fine"]


def test_what_cannot_be_right_is_refused_at_once_also_while_the_store_is_away(
    api: httpx.Client, proxy: CuttingProxy
) -> None:
    ada = register(api, "ada")
    with store_away(proxy):
        assert publish(api, ada, " ").status_code == 422
        assert api.post(f"/users/{ada}/follow", headers=as_person(ada)).status_code == 422
        assert api.post("/users/", json={"handle": "a b"}).status_code == 422
    assert queued(api) == 0


def test_nobody_else_sees_what_became_of_a_command(api: httpx.Client, proxy: CuttingProxy) -> None:
    ada, bob = register(api, "ada"), register(api, "bob")
    with store_away(proxy):
        answer = publish(api, ada, "mine")
        where = answer.headers["Location"]
        assert api.get(where).status_code == 401
        assert api.get(where, headers=as_person(bob)).status_code == 404
    until_replayed(api)
    assert api.get(where, headers=as_person(bob)).status_code == 404
    assert api.get(f"/commands/{uuid4()}", headers=as_person(ada)).status_code == 404


def test_a_full_journal_refuses_and_says_when_to_come_again(
    api: httpx.Client, proxy: CuttingProxy, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = register(api, "ada")
    monkeypatch.setattr(journal_module, "ENTRIES_MAX", 2)
    with store_away(proxy):
        answers = [publish(api, ada, str(n)) for n in range(4)]
        assert [answer.status_code for answer in answers] == [202, 202, 503, 503]
        assert "Retry-After" in answers[2].headers
        assert answers[2].headers["Content-Type"] == "application/problem+json"
        assert api.get("/readyz").status_code == 503
    until_replayed(api)
    assert api.get("/readyz").status_code == 200
    assert texts(store) == ["0", "1"]


def test_it_starts_and_accepts_while_the_store_is_away_and_is_ready(
    write_model: Slackwater, proxy: CuttingProxy, journal_file: Path, store: Store
) -> None:
    ada = write_model.register(handle="ada", display_name=None).id
    proxy.shut_out()
    with command_api(proxy.url, journal_file) as api:
        assert api.get("/readyz").status_code == 200
        assert api.get("/debug/health").json()["status"] == "degraded"
        new = api.post("/users/", json={"handle": "bob"})
        answers = [new, publish(api, str(ada), "a"), publish(api, new.json()["id"], "b")]
        assert [answer.status_code for answer in answers] == [202] * 3
        assert all("Feed-Token" not in answer.headers for answer in answers)
        proxy.let_in()
        until_replayed(api)
        until(lambda: publish(api, str(ada), "c").status_code == 201, "the store is used again")
    assert texts(store) == ["a", "b", "c"]
