"""One cursor runs from a window in Redis into Postgres: no gap, nothing twice."""

from collections.abc import Callable

import pytest

from tests.acceptance.conftest import WINDOW, Running
from tests.acceptance.people import Person, get_as_of
from tests.waiting import until

OLDER = 7


def posts_beyond_the_window(person: Person) -> list[str]:
    """Publishes more than a window holds; returns the texts, newest first."""
    texts = [f"{number}" for number in range(WINDOW + OLDER)]
    for text in texts:
        person.post(text)
    return texts[::-1]


@pytest.mark.parametrize("limit", [1, 7, WINDOW - 1, WINDOW, WINDOW + 1, 100])
def test_pages_of_any_size_joined_are_the_whole_feed(people: list[Person], limit: int) -> None:
    texts = posts_beyond_the_window(people[0])
    assert [item["text"] for item in people[0].whole_feed(limit=limit)] == texts


def test_a_cursor_runs_across_the_horizon_while_new_posts_arrive(people: list[Person]) -> None:
    ada, bob, _ = people
    ada.follow(bob)
    texts = posts_beyond_the_window(bob)
    ada.past_feed(bob.position)
    answer = ada.feed_as_of(bob.position, limit=4)
    found = [item["text"] for item in answer.json()["items"]]
    sources = {answer.headers["Feed-Source"]}
    while cursor := answer.json()["next"]:
        bob.post("meanwhile")
        ada.past_feed(bob.position)
        answer = ada.feed_as_of(bob.position, limit=4, cursor=cursor)
        found += [item["text"] for item in answer.json()["items"]]
        sources.add(answer.headers["Feed-Source"])
    assert found == texts
    assert {"redis", "postgres"} <= sources


def test_a_page_across_the_horizon_says_that_it_comes_from_both(people: list[Person]) -> None:
    ada = people[0]
    texts = posts_beyond_the_window(ada)
    ada.past_feed(ada.position)
    answer = ada.feed_as_of(ada.position, limit=100)
    assert [item["text"] for item in answer.json()["items"]] == texts
    assert answer.headers["Feed-Source"] == "redis, postgres"
    assert answer.json()["next"] is None
    assert "Link" not in answer.headers
    assert {frozenset(item) for item in answer.json()["items"]} == {
        frozenset({"id", "author", "text", "created_at", "position"})
    }


def test_a_full_page_at_the_very_end_of_the_window_leads_on(people: list[Person]) -> None:
    ada = people[0]
    posts_beyond_the_window(ada)
    answer = ada.feed_as_of(ada.position, limit=WINDOW)
    assert len(answer.json()["items"]) == WINDOW
    assert answer.json()["next"] is not None
    assert answer.links["next"]


def test_a_deletion_and_an_unfollow_reach_below_the_horizon(people: list[Person]) -> None:
    ada, bob, cyd = people
    ada.follow(bob)
    ada.follow(cyd)
    bob.post("from bob")
    regret = cyd.post("regret")
    kept = cyd.post("kept")
    texts = posts_beyond_the_window(ada)
    ada.position = max(ada.position, cyd.position)
    everything = [*texts, "kept", "regret", "from bob"]
    assert [item["text"] for item in ada.whole_feed(limit=9)] == everything
    cyd.delete(regret)
    ada.unfollow(bob)
    ada.position = max(ada.position, cyd.position)
    found = ada.whole_feed(limit=9)
    assert [item["text"] for item in found] == [*texts, "kept"]
    assert found[-1]["id"] == kept["id"]
    assert found[-1]["author"] == {"id": cyd.id, "handle": cyd.handle, "display_name": cyd.handle}


def test_an_authors_own_posts_go_on_below_the_window(people: list[Person]) -> None:
    ada = people[0]
    texts = posts_beyond_the_window(ada)
    ada.past_feed(ada.position)
    answer = get_as_of(ada.http, f"/users/{ada.id}/posts?limit=8", ada.position)
    found = [item["text"] for item in answer.json()["items"]]
    while "next" in answer.links:
        answer = ada.http.get(answer.links["next"]["url"])
        found += [item["text"] for item in answer.json()["items"]]
    assert found == texts
    assert answer.headers["Feed-Source"] == "postgres"


@pytest.mark.parametrize("away", ["postgres", "relational-projector"])
def test_what_only_postgres_knows_is_refused_for_now_and_the_window_leads_on_to_it(
    running: Running, people: list[Person], stopped: Callable[[list[str]], None], away: str
) -> None:
    ada = people[0]
    ada.post("oldest")
    ada.past_feed(ada.position)
    if away == "relational-projector":
        stopped([away])
    texts = posts_beyond_the_window(ada)
    if away == "postgres":
        ada.past_feed(ada.position)
    ada.feed_as_of(ada.position)
    stopped([away])
    short = ada.feed(limit=100)
    assert [item["text"] for item in short.json()["items"]] == texts[:WINDOW]
    assert short.headers["Feed-Source"] == "redis"
    cursor = short.json()["next"]
    refused = ada.http.get("/feed/", headers=ada.headers, params={"cursor": cursor})
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) >= 1
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert "try again shortly" in refused.json()["detail"]
    running.system.supervisor.want(away, running=True)

    def rest() -> list[str] | None:
        answer = ada.http.get("/feed/", headers=ada.headers, params={"cursor": cursor})
        return [item["text"] for item in answer.json()["items"]] if answer.is_success else None

    assert until(rest, "the rest can be read") == [*texts[WINDOW:], "oldest"]
