"""What a client can ask for: an answer as new as what it knows, and none that it has already."""

import time
from collections.abc import Callable

import httpx
import pytest

from tests.acceptance.people import Person, position_of
from tests.waiting import until
from tests.whole_system import Running


def token_of(answer: httpx.Response) -> str:
    return answer.headers["Feed-Token"]


def read(person: Person, path: str = "/feed/", **headers: str) -> httpx.Response:
    return person.http.get(path, headers=person.headers | headers)


def publish(person: Person, text: str, **headers: str) -> httpx.Response:
    answer = person.http.post("/posts/", headers=person.headers | headers, json={"text": text})
    assert answer.status_code == 201, answer.text
    return answer


def test_who_sends_the_token_of_a_write_reads_it(people: list[Person]) -> None:
    ada = people[0]
    for number in range(20):
        written = publish(ada, str(number))
        answer = read(ada, **{"Feed-Token": token_of(written), "Prefer": "wait=10"})
        assert answer.json()["items"][0]["text"] == str(number)
        assert position_of(answer) >= position_of(written)
        assert answer.headers["Feed-Consistency"] == "met"
        assert answer.headers["Preference-Applied"] == "wait=10"


@pytest.mark.parametrize("path", ["/users/{id}", "/users/{id}/posts", "/users/{id}/following"])
def test_every_read_takes_a_token(people: list[Person], path: str) -> None:
    ada = people[0]
    token = token_of(publish(ada, "hello"))
    answer = read(ada, path.format(id=ada.id), **{"Feed-Token": token, "Prefer": "wait=10"})
    assert answer.headers["Feed-Consistency"] == "met"


def test_a_person_and_a_post_of_just_now_are_found_with_their_tokens(
    http: httpx.Client, people: list[Person]
) -> None:
    post = publish(people[0], "new")
    headers = {"Feed-Token": token_of(post), "Prefer": "wait=10"}
    found = http.get(f"/feed/posts/{post.json()['id']}", headers=headers)
    assert found.json()["text"] == "new"
    person = http.post("/users/", json={"handle": f"just_now_{time.time_ns()}"})
    headers["Feed-Token"] = token_of(person)
    assert http.get(f"/users/{person.json()['id']}", headers=headers).status_code == 200


def test_what_cannot_be_as_new_says_so_and_is_refused_to_who_is_strict(
    running: Running, people: list[Person], stopped: Callable[[list[str]], None]
) -> None:
    ada = people[0]
    before = publish(ada, "before")
    read(ada, **{"Feed-Token": token_of(before), "Prefer": "wait=10"})
    stopped(running.system.projectors)
    token = token_of(publish(ada, "in the dark"))
    began = time.monotonic()
    answer = read(ada, **{"Feed-Token": token, "Prefer": "wait=1"})
    assert 1.0 <= time.monotonic() - began < 4.0
    assert (answer.status_code, answer.headers["Feed-Consistency"]) == (200, "unmet")
    assert [item["text"] for item in answer.json()["items"]] == ["before"]
    refused = read(ada, **{"Feed-Token": token, "Prefer": "wait=0, handling=strict"})
    assert (refused.status_code, refused.headers["Feed-Consistency"]) == (503, "unmet")
    assert refused.headers["Retry-After"] == "1"
    assert position_of(refused) == position_of(answer)
    assert "try again" in refused.json()["detail"]


def test_a_token_that_nobody_sealed_is_refused(people: list[Person]) -> None:
    ada = people[0]
    genuine = token_of(publish(ada, "hello"))
    epoch, position, seal = genuine.split(".")
    forged = f"{epoch}.{int(position) + 1}.{seal}"
    assert read(ada, **{"Feed-Token": forged}).status_code == 400
    refused = ada.http.post(
        "/posts/", headers=ada.headers | {"Feed-Token": "x"}, json={"text": "no"}
    )
    assert refused.status_code == 400
    assert refused.headers["Content-Type"] == "application/problem+json"


def test_a_write_that_changes_nothing_is_as_new_as_the_token_it_brought(
    people: list[Person],
) -> None:
    ada, bob, cyd = people
    followed = ada.follow(bob)
    newer = publish(cyd, "later")
    again = ada.http.post(
        f"/users/{bob.id}/follow", headers=ada.headers | {"Feed-Token": token_of(newer)}
    )
    assert position_of(again) == position_of(newer) > position_of(followed)


def test_what_is_known_already_is_not_sent_again(people: list[Person]) -> None:
    ada, bob, _ = people
    token = token_of(publish(ada, 'a text that says "as_of":5,"lag":{}'))
    fresh = {"Feed-Token": token, "Prefer": "wait=10"}
    answer = read(ada, **fresh)
    tag = answer.headers["ETag"]
    assert "private" in answer.headers["Cache-Control"]
    publish(bob, "of somebody else")
    until(lambda: position_of(read(ada)) > position_of(answer), "the answer is newer")
    unchanged = read(ada, **{"If-None-Match": f'"other", {tag}'})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert position_of(unchanged) > position_of(answer)
    assert unchanged.headers["ETag"] == tag
    fresh["Feed-Token"] = token_of(publish(ada, "news"))
    changed = read(ada, **fresh | {"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag


def test_texts_that_look_like_what_says_how_new_an_answer_is_count(people: list[Person]) -> None:
    ada, bob, _ = people
    tags: list[str] = []
    for person, text in ((ada, '"as_of":1'), (bob, '"as_of":2')):
        token = token_of(publish(person, text))
        answer = read(person, f"/users/{person.id}/posts", **{"Feed-Token": token})
        tags.append(answer.headers["ETag"])
        assert len(answer.json()["items"]) == 1
    assert tags[0] != tags[1]
