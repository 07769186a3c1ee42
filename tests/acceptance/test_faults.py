"""Parts die, are stopped and come back: nothing acknowledged is lost, nothing is doubled."""

import signal
from collections.abc import Callable

import httpx
import pytest

from tests.acceptance.people import Person, position_of
from tests.waiting import until
from tests.whole_system import Running


def run_again(running: Running, names: list[str]) -> None:
    for name in names:
        running.system.supervisor.want(name, running=True)


def test_a_post_made_while_every_projector_is_stopped_is_in_the_feeds_after_they_start(
    running: Running, people: list[Person], stopped: Callable[[list[str]], None]
) -> None:
    ada, bob, _ = people
    ada.follow(bob)
    ada.feed_as_of(ada.position)
    stopped(running.system.projectors)
    bob.post("in the dark")
    stale = until(lambda: _lagging(ada.feed()), "the feed says that it is stale")
    assert stale.json()["items"] == []
    assert stale.json()["lag"]["seconds"] > 0
    assert position_of(stale) < bob.position
    run_again(running, running.system.projectors)
    assert ada.texts_as_of(bob.position) == ["in the dark"]


def test_a_relay_that_stands_still_is_seen_in_the_lag_too(
    running: Running, people: list[Person], stopped: Callable[[list[str]], None]
) -> None:
    ada = people[0]
    ada.post("before")
    ada.feed_as_of(ada.position)
    stopped(["relay"])
    ada.post("behind the relay")
    stale = until(lambda: _lagging(ada.feed()), "the feed says that it is stale")

    until(lambda: ada.feed().json()["lag"]["seconds"] >= 1, "the lag grows")
    ada.post("and more")
    lag = until(lambda: _behind(ada.feed(), events=2), "both are missing").json()["lag"]
    assert lag["seconds"] >= 1, "the age of the first event that is missing, not of the newest"
    assert [item["text"] for item in stale.json()["items"]] == ["before"]
    run_again(running, ["relay"])
    assert ada.texts_as_of(ada.position) == ["and more", "behind the relay", "before"]


def test_a_relay_that_is_killed_in_mid_traffic_loses_and_doubles_nothing(
    running: Running, people: list[Person]
) -> None:
    """What a projector does then, the drills show."""
    ada, bob, _ = people
    ada.follow(bob)
    texts: list[str] = []
    for number in range(28):
        if number == 10:
            running.system.supervisor.send("relay", signal.SIGKILL)
        texts.append(f"{number}")
        bob.post(texts[-1])
    assert ada.texts_as_of(bob.position) == texts[::-1]


@pytest.mark.parametrize("name", ["command-api", "query-api"])
def test_while_one_half_is_away_the_other_goes_on(
    running: Running, people: list[Person], stopped: Callable[[list[str]], None], name: str
) -> None:
    ada = people[0]
    ada.post("there")
    ada.feed_as_of(ada.position)
    stopped([name])
    write = ada.http.post("/posts/", headers=ada.headers, json={"text": "more"})
    read = ada.http.get("/feed/", headers=ada.headers)
    lost, kept = (write, read) if name == "command-api" else (read, write)
    assert kept.status_code in {200, 201}
    assert lost.status_code == 502
    assert lost.headers["Content-Type"] == "application/problem+json"
    assert "the other one goes on" in lost.json()["detail"]


def test_writes_go_on_without_valkey_and_are_read_from_postgres(
    running: Running, people: list[Person], stopped: Callable[[list[str]], None]
) -> None:
    ada = people[0]
    ada.post("before")
    ada.feed_as_of(ada.position)
    stopped(["valkey"])
    ada.post("meanwhile")
    assert ada.texts_as_of(ada.position) == ["meanwhile", "before"]
    assert ada.feed().headers["Feed-Source"] == "postgres"
    run_again(running, ["valkey"])
    until(lambda: ada.feed().headers["Feed-Source"] == "redis", "reads go back to Redis")
    assert ada.texts_as_of(ada.position) == ["meanwhile", "before"]


def test_reads_go_on_without_postgres_and_writes_are_accepted_and_done_when_it_is_back(
    running: Running, people: list[Person], stopped: Callable[[list[str]], None]
) -> None:
    ada = people[0]
    ada.post("before")
    ada.feed_as_of(ada.position)
    stopped(["postgres"])
    accepted = ada.http.post("/posts/", headers=ada.headers, json={"text": "meanwhile"})
    assert accepted.status_code == 202
    assert "Retry-After" in accepted.headers
    assert "Feed-Token" not in accepted.headers
    assert [item["text"] for item in ada.feed().json()["items"]] == ["before"]
    run_again(running, ["postgres"])
    ada.post("after")
    assert ada.texts_as_of(ada.position) == ["after", "meanwhile", "before"]


def _lagging(answer: httpx.Response) -> httpx.Response | None:
    return _behind(answer, events=1)


def _behind(answer: httpx.Response, *, events: int) -> httpx.Response | None:
    return answer if answer.json()["lag"]["events"] >= events else None
