"""Idempotency-Key: the same request under the same key is carried out once and answered alike."""

import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import psycopg
import pytest

from command_api import forgetting
from command_api.application import Slackwater
from command_api.forgetting import Forgetting
from domain.events import Deleted, Followed, Published, Registered, Unfollowed
from projections.log.store import Store
from tests.integration.command_api import (
    TOKENS,
    as_person,
    command_api,
    events,
    queued,
    register,
    store_away,
    texts,
    until_replayed,
)
from tests.integration.cutting_proxy import Crossing, CuttingProxy
from tests.integration.saves import append_standing_still, waiting_for_a_lock
from tests.waiting import until

KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"
OTHER_KEY = "1f6e9f3a-57f1-4a7e-9a9b-0c0ab9a3b0f5"


def post(api: httpx.Client, who: str, text: str, key: str | None = KEY) -> httpx.Response:
    return api.post("/posts/", headers=as_person(who, key), json={"text": text})


@pytest.fixture
def without_journal(database_url: str) -> Generator[httpx.Client]:
    """A command API of its own, without a journal."""
    with command_api(database_url, None) as api:
        yield api


@pytest.mark.parametrize("other_process", [False, True])
def test_the_same_request_under_the_same_key_is_done_once_and_answered_alike(
    other_process: bool, api: httpx.Client, without_journal: httpx.Client, store: Store
) -> None:
    again = without_journal if other_process else api
    ada, bob = register(api, "ada"), register(api, "bob")
    one = post(api, ada, " tide ").json()["id"]
    requests: list[tuple[str, str, dict[str, str] | None]] = [
        ("POST", f"/users/{bob}/follow", None),
        ("POST", f"/users/{bob}/unfollow", None),
        ("DELETE", f"/posts/{one}", None),
        ("POST", "/posts/", {"text": "other"}),
    ]
    for number, (method, path, body) in enumerate(requests):
        headers = as_person(ada, f"{OTHER_KEY}-{number}")
        first, second, third = (
            each.request(method, path, headers=headers, json=body) for each in (api, again, again)
        )
        assert first.is_success
        for repeated in (second, third):
            assert repeated.status_code == first.status_code
            assert repeated.content == first.content
            assert repeated.headers["Feed-Token"] == first.headers["Feed-Token"]
    kinds = [Registered, Registered, Published, Followed, Unfollowed, Deleted, Published]
    assert [type(body) for body in events(store)] == kinds


def test_a_follow_is_answered_as_then_although_it_was_undone_since(
    api: httpx.Client, store: Store
) -> None:
    ada, bob = register(api, "ada"), register(api, "bob")
    first = api.post(f"/users/{bob}/follow", headers=as_person(ada, KEY))
    api.post(f"/users/{bob}/unfollow", headers=as_person(ada))
    second = api.post(f"/users/{bob}/follow", headers=as_person(ada, KEY))
    assert second.content == first.content
    assert [type(body) for body in events(store)[2:]] == [Followed, Unfollowed]


def test_a_command_that_changed_nothing_is_remembered_too(api: httpx.Client, store: Store) -> None:
    ada, bob = register(api, "ada"), register(api, "bob")
    nothing = api.post(f"/users/{bob}/unfollow", headers=as_person(ada, KEY))
    api.post(f"/users/{bob}/follow", headers=as_person(ada))
    again = api.post(f"/users/{bob}/unfollow", headers=as_person(ada, KEY))
    assert again.content == nothing.content
    assert again.headers["Feed-Token"] == nothing.headers["Feed-Token"]
    assert [type(body) for body in events(store)[2:]] == [Followed]


def test_a_repeated_registration_is_the_same_person_with_a_token_issued_anew(
    api: httpx.Client, without_journal: httpx.Client, store: Store
) -> None:
    body = {"handle": "ada", "display_name": "Ada"}
    answers = [
        each.post("/users/", headers={"Idempotency-Key": KEY}, json=body)
        for each in (api, api, without_journal)
    ]
    assert [answer.status_code for answer in answers] == [201] * 3
    told = [answer.json() for answer in answers]
    tokens = [TOKENS.access_of(each.pop("access_token")) for each in told]
    assert {str(token.person_id) for token in tokens} == {told[0]["id"]}
    assert told[0] == told[1] == told[2]
    assert len(events(store)) == 1


def test_a_key_that_came_with_another_request_is_refused(api: httpx.Client, store: Store) -> None:
    ada, bob = register(api, "ada"), register(api, "bob")
    post(api, ada, "one")
    others = [
        post(api, ada, "two"),
        api.post(f"/users/{bob}/follow", headers=as_person(ada, KEY)),
        api.post(f"/users/{OTHER_KEY}/follow", headers=as_person(ada, KEY)),
    ]
    assert [answer.status_code for answer in others] == [422] * 3
    assert "use a new key" in others[0].json()["detail"]
    assert others[0].headers["Content-Type"] == "application/problem+json"
    assert texts(store) == ["one"]


def test_keys_are_a_persons_own(api: httpx.Client, store: Store) -> None:
    ada, bob = register(api, "ada"), register(api, "bob")
    assert post(api, ada, "hers").json()["id"] != post(api, bob, "his").json()["id"]
    assert texts(store) == ["hers", "his"]


@pytest.mark.parametrize("key", ["short", "x" * 129, "with space in the middle", '"short"', ""])
def test_a_key_that_could_be_guessed_or_is_none_is_refused(
    api: httpx.Client, key: str, store: Store
) -> None:
    answer = api.post("/users/", headers={"Idempotency-Key": key}, json={"handle": "ada"})
    assert answer.status_code == 400
    assert "16 to 128 visible ASCII" in answer.json()["detail"]
    assert events(store) == []


def test_a_key_may_be_written_as_a_structured_string(api: httpx.Client, store: Store) -> None:
    ada = register(api, "ada")
    assert post(api, ada, "one", f'"{KEY}"').content == post(api, ada, "one", KEY).content
    assert texts(store) == ["one"]


def test_a_refused_request_is_not_remembered(api: httpx.Client, store: Store) -> None:
    body, headers = {"handle": "ada"}, {"Idempotency-Key": KEY}
    register(api, "Ada")
    assert api.post("/users/", headers=headers, json=body).status_code == 409
    assert api.post("/users/", headers=headers, json={"handle": "bob"}).status_code == 201


def test_a_key_whose_first_request_is_still_under_way_is_told_to_wait(
    api: httpx.Client, database_url: str, store: Store
) -> None:
    ada = register(api, "ada")
    with ThreadPoolExecutor() as threads:
        with append_standing_still(database_url):
            first = threads.submit(post, api, ada, "one")
            until(lambda: waiting_for_a_lock(database_url) == 1, "the first is under way")
            second = post(api, ada, "one")
        assert second.status_code == 409
        assert int(second.headers["Retry-After"]) >= 1
        assert first.result().status_code in {201, 202}
    until_replayed(api)
    assert texts(store) == ["one"]


def test_of_many_requests_with_one_key_at_several_processes_one_is_carried_out(
    write_model: Slackwater, database_url: str, store: Store
) -> None:
    ada = str(write_model.register(handle="ada", display_name=None).id)
    with ExitStack() as stack, ThreadPoolExecutor(12) as threads:
        apis = [stack.enter_context(command_api(database_url, None)) for _ in range(3)]
        for number in range(20):
            key, together = f"{KEY}-{number}", threading.Barrier(12)

            def ask(which: int, key: str = key, barrier: threading.Barrier = together) -> object:
                barrier.wait()
                answer = post(apis[which % 3], ada, "one", key)
                return answer.content if answer.status_code != 409 else None

            answers = set(threads.map(ask, range(12)))
            assert len(answers - {None}) == 1
    assert texts(store) == ["one"] * 20


def test_a_repeated_request_whose_first_answer_was_lost_finds_what_it_did(
    api: httpx.Client, proxy: CuttingProxy, without_journal: httpx.Client, store: Store
) -> None:
    """In doubt at one process, repeated at another, then replayed at the first."""
    ada = register(api, "ada")

    def never_arrives_and_the_store_is_away(commit: Crossing) -> None:
        commit.hang_up_on_server()
        proxy.shut_out()

    proxy.next_commits(never_arrives_and_the_store_is_away)
    assert post(api, ada, "one").status_code == 202
    elsewhere = post(without_journal, ada, "one")
    assert elsewhere.status_code == 201
    proxy.let_in()
    until_replayed(api)
    assert post(api, ada, "one").content == elsewhere.content
    assert texts(store) == ["one"]


def test_a_key_counts_in_the_journal_as_well(
    api: httpx.Client, proxy: CuttingProxy, write_model: Slackwater, store: Store
) -> None:
    ada, bob = register(api, "ada"), register(api, "bob")
    follow: Callable[[], httpx.Response] = lambda: api.post(  # noqa: E731
        f"/users/{bob}/follow", headers=as_person(ada, KEY)
    )
    with store_away(proxy):
        first, second = follow(), follow()
        assert (first.status_code, second.status_code) == (202, 202)
        assert second.content == first.content
        assert queued(api) == 1
        assert post(api, ada, "other").status_code == 422
        refused = api.post("/users/", headers={"Idempotency-Key": KEY}, json={"handle": "cyd"})
        assert refused.status_code == 202
        write_model.register(handle="cyd", display_name=None)
    until_replayed(api)
    done = follow()
    assert (done.status_code, done.json()["following"]) == (200, True)
    again = api.post("/users/", headers={"Idempotency-Key": KEY}, json={"handle": "cyd"})
    assert again.status_code == 409
    assert "is taken" in again.json()["detail"]
    kinds = [Registered, Registered, Registered, Followed]
    assert sorted(type(body).__name__ for body in events(store)) == sorted(
        kind.__name__ for kind in kinds
    )


def test_keys_are_forgotten_after_their_time_in_bounded_steps(
    api: httpx.Client, write_model: Slackwater, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = register(api, "ada")
    for number in range(5):
        post(api, ada, "one", f"{KEY}-{number}")
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "UPDATE slackwater_commands SET recorded_at = now() - interval '1 day' WHERE id IN"
            " (SELECT id FROM slackwater_commands ORDER BY position LIMIT 3)"
        )
    monkeypatch.setattr(forgetting, "STEP_COMMANDS_MAX", 2)
    steps = [Forgetting(write_model).step() for _ in range(3)]
    assert steps == [2, 1, 0]
