"""A feed as it was at any position of the past."""

import httpx

from tests.acceptance.conftest import WINDOW
from tests.acceptance.people import Person, position_of


def test_the_past_as_of_a_live_answer_is_that_answer(people: list[Person]) -> None:
    ada, bob, cyd = people
    live: list[httpx.Response] = []
    regret = bob.post("regret")
    for act in (
        lambda: ada.follow(bob),
        lambda: bob.post("second"),
        lambda: cyd.post("unseen"),
        lambda: ada.follow(cyd),
        lambda: bob.delete(regret),
        lambda: ada.post("mine"),
        lambda: ada.unfollow(bob),
    ):
        act()
        newest = max(person.position for person in people)
        live.append(ada.feed_as_of(newest))
    for answer in live:
        position = answer.json()["as_of"]
        past = ada.past_feed(position)
        assert past.json()["items"] == answer.json()["items"]
        assert past.json()["as_of"] == position_of(past) == position
        assert past.headers["Feed-Source"] == "postgres"
    assert len({str(answer.json()["items"]) for answer in live}) == 6


def test_pages_of_the_past_stay_in_the_past(people: list[Person]) -> None:
    ada = people[0]
    texts = [f"{number}" for number in range(WINDOW + 5)]
    first = ada.post(texts[0])
    for text in texts[1:]:
        ada.post(text)
    then = ada.position
    ada.delete(first)
    ada.post("later")
    answer = ada.past_feed(then, limit=10)
    found = [item["text"] for item in answer.json()["items"]]
    while "next" in answer.links:
        answer = ada.http.get(answer.links["next"]["url"], headers=ada.headers)
        assert answer.json()["as_of"] == then
        found += [item["text"] for item in answer.json()["items"]]
    assert found == texts[::-1]
    assert answer.json()["next"] is None


def test_before_they_registered_a_persons_feed_was_empty(people: list[Person]) -> None:
    ada, bob, _ = people
    assert bob.past_feed(ada.position - 1).json()["items"] == []
    assert bob.past_feed(0).json() | {"lag": None} == {
        "items": [],
        "next": None,
        "as_of": 0,
        "lag": None,
    }


def test_what_is_not_shown_yet_counts_as_lag(people: list[Person]) -> None:
    ada = people[0]
    then = ada.position
    ada.post("one")
    ada.post("two")
    lag = ada.past_feed(then).json()["lag"]
    assert lag["events"] >= ada.position - then
    assert lag["seconds"] > 0


def test_a_position_that_is_not_there_yet_is_refused_and_the_newest_is_named(
    people: list[Person],
) -> None:
    ada = people[0]
    ada.past_feed(ada.position)
    answer = ada.http.get("/feed/", headers=ada.headers, params={"as_of": 10**15})
    assert answer.status_code == 400
    newest = int(answer.json()["detail"].rsplit(" ", 1)[1])
    assert newest >= ada.position
    ada.past_feed(newest)
