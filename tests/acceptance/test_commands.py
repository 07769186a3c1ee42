"""The write side over HTTP, through the gateway."""

import json
from uuid import UUID

import httpx
import pytest

from edge.tokens import AccessTokens
from tests.acceptance.people import Person, position_of
from tests.whole_system import Running


def test_registering_answers_with_the_person_a_token_and_where_to_find_them(
    http: httpx.Client,
) -> None:
    answer = http.post("/users/", json={"handle": "Grace_H", "display_name": " Grace Hopper "})
    body = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/users/{body['id']}"
    assert set(body) == {"id", "handle", "display_name", "created_at", "access_token"}
    assert (body["handle"], body["display_name"]) == ("Grace_H", "Grace Hopper")
    assert UUID(body["id"]).version == 7
    assert position_of(answer) > 0


def test_without_a_display_name_the_handle_serves(people: list[Person]) -> None:
    answer = people[0].http.post("/users/", json={"handle": f"{people[0].handle}_b"}).json()
    assert answer["display_name"] == answer["handle"]


def test_a_taken_handle_is_refused_in_any_letter_case(people: list[Person]) -> None:
    answer = people[0].http.post("/users/", json={"handle": people[0].handle.upper()})
    assert answer.status_code == 409
    assert "taken" in answer.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"handle": "ab"},
        {"handle": "a" * 31},
        {"handle": "with space"},
        {"handle": "ümlaut"},
        {"handle": "fine\n"},
        {"handle": 123},
        {"handle": "fine_one", "display_name": " "},
        {"handle": "fine_one", "display_name": "x" * 101},
        {"handle": "fine_one", "display_name": "x\0y"},
        {"handle": "fine_one", "display_name": "x\ud800y"},
        {"handle": "fine_one", "id": "01a20353-9494-76da-a091-dd456c037a46"},
        [],
    ],
)
def test_a_registration_that_is_not_right_is_refused_whole(
    http: httpx.Client, body: object
) -> None:
    content, kind = json.dumps(body), {"Content-Type": "application/json"}
    answer = http.post("/users/", content=content, headers=kind)
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "Feed-Token" not in answer.headers


def test_following_again_changes_nothing_and_is_answered_alike(people: list[Person]) -> None:
    ada, bob, _ = people
    first, second = ada.follow(bob), ada.follow(bob)
    expected = {"follower_id": ada.id, "followee_id": bob.id, "following": True}
    assert first.json() == second.json() == expected
    assert position_of(first) == position_of(second)


def test_unfollowing_is_idempotent_too_even_for_strangers(people: list[Person]) -> None:
    ada, bob, cyd = people
    ada.follow(bob)
    first, second = ada.unfollow(bob), ada.unfollow(bob)
    assert first.json()["following"] is second.json()["following"] is False
    assert position_of(first) == position_of(second)
    assert ada.unfollow(cyd).json()["following"] is False


def test_nobody_follows_themselves_or_somebody_unknown(people: list[Person]) -> None:
    ada = people[0]
    itself = ada.http.post(f"/users/{ada.id}/follow", headers=ada.headers)
    assert itself.status_code == 422
    unknown = "01a20353-9494-76da-a091-dd456c037a46"
    assert ada.http.post(f"/users/{unknown}/follow", headers=ada.headers).status_code == 404
    assert ada.http.post("/users/nobody/follow", headers=ada.headers).status_code == 422


def test_publishing_answers_with_the_trimmed_post_and_where_to_find_it(
    people: list[Person],
) -> None:
    ada = people[0]
    answer = ada.http.post("/posts/", headers=ada.headers, json={"text": "\n  tide 🌊 \t"})
    body = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/feed/posts/{body['id']}"
    assert set(body) == {"id", "author_id", "text", "created_at"}
    assert (body["author_id"], body["text"]) == (ada.id, "tide 🌊")


@pytest.mark.parametrize("text", ["", "   ", "x" * 2_001, "a\0b", "\ud800", None, 5, ["x"]])
def test_a_text_that_is_not_right_is_refused(people: list[Person], text: object) -> None:
    ada = people[0]
    # Escaped, as httpx would not: JSON can carry half of a surrogate pair.
    answer = ada.http.post(
        "/posts/",
        headers=ada.headers | {"Content-Type": "application/json"},
        content=json.dumps({"text": text}),
    )
    assert answer.status_code == 422, answer.text


def test_two_thousand_characters_of_any_kind_are_allowed(people: list[Person]) -> None:
    assert people[0].post("🌊" * 2_000)["text"] == "🌊" * 2_000


def test_only_the_author_deletes_a_post_and_again_changes_nothing(people: list[Person]) -> None:
    ada, bob, _ = people
    post = ada.post("mine")
    other = bob.http.delete(f"/posts/{post['id']}", headers=bob.headers)
    assert other.status_code == 403
    first, second = ada.delete(post), ada.delete(post)
    assert position_of(first) == position_of(second)
    assert first.content == b""


def test_a_post_that_never_was_cannot_be_deleted(people: list[Person]) -> None:
    ada = people[0]
    for unknown in ("01a20353-9494-76da-a091-dd456c037a46", ada.id):
        answer = ada.http.delete(f"/posts/{unknown}", headers=ada.headers)
        assert answer.status_code == 404


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Bearer x"}, {"Authorization": "Basic x"}]
)
def test_no_command_but_registering_goes_without_a_valid_token(
    people: list[Person], header: dict[str, str]
) -> None:
    ada = people[0]
    for method, path in (
        ("POST", "/posts/"),
        ("POST", f"/users/{ada.id}/follow"),
        ("POST", f"/users/{ada.id}/unfollow"),
        ("DELETE", "/posts/01a20353-9494-76da-a091-dd456c037a46"),
    ):
        answer = ada.http.request(method, path, headers=header, json={"text": "x"})
        assert answer.status_code == 401, (method, path)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_nobody_can_act_as_another_person(people: list[Person]) -> None:
    ada, bob, _ = people
    body = {"text": "not me", "author_id": bob.id}
    assert ada.http.post("/posts/", headers=ada.headers, json=body).status_code == 422


def test_a_valid_token_of_somebody_unknown_is_refused(
    people: list[Person], running: Running
) -> None:
    key = (running.system.directory.token_key_file).read_bytes()
    token = AccessTokens.under(key, 60).issue(UUID("01a20353-9494-76da-a091-dd456c037a46"))
    headers = {"Authorization": f"Bearer {token}"}
    answer = people[0].http.post("/posts/", headers=headers, json={"text": "x"})
    assert answer.status_code == 404
