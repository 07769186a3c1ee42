"""`slackwater rebuild`, `generations` and `verify` against a running system, clients reading on."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Self

import httpx
import pytest
from redis import Redis

from launcher.settings import environment_name
from launcher.system import Addresses
from tests.acceptance.people import Person, position_of
from tests.command_line import environment_of, slackwater
from tests.waiting import until
from tests.whole_system import Running


@pytest.fixture
def addresses(running: Running) -> Addresses:
    """Where the system is."""
    return running.addresses


@pytest.fixture
def redis(running: Running) -> Generator[Redis]:
    with Redis.from_url(running.addresses.redis_url) as client:
        yield client


def verified(addresses: Addresses, *arguments: str) -> tuple[int, dict[str, Any]]:
    done = slackwater(addresses, "verify", "--json", *arguments)
    assert done.stdout, done.stderr
    return done.exit_code, json.loads(done.stdout)


@contextmanager
def posting(person: Person) -> Generator[None]:
    """Somebody posts all the time, inside."""
    stop = threading.Event()

    def post() -> None:
        while not stop.is_set():
            person.post("meanwhile")

    thread = threading.Thread(target=post)
    thread.start()
    yield
    stop.set()
    thread.join()


class Onlooker:
    """A client that reads one page after the other, and remembers what it was told."""

    def __init__(self, base_url: str, path: str, headers: dict[str, str]) -> None:
        self.answers: list[tuple[int, int]] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read, args=(base_url, path, headers))

    def __enter__(self) -> Self:
        self._thread.start()
        until(lambda: self.answers, "a first answer")
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _read(self, base_url: str, path: str, headers: dict[str, str]) -> None:
        with httpx.Client(base_url=base_url, headers=headers, timeout=30) as http:
            while not self._stop.is_set():
                answer = http.get(path)
                shown = position_of(answer) if "Feed-Token" in answer.headers else -1
                self.answers.append((answer.status_code, shown))


def test_while_everything_is_rebuilt_no_read_fails_and_none_goes_back(
    running: Running, addresses: Addresses, people: list[Person]
) -> None:
    ada, bob, _ = people
    ada.follow(bob)
    gateway = running.addresses.gateway
    below = f"/feed/?limit=5&cursor={bob.position}"
    paths = ("/feed/?limit=5", f"/users/{bob.id}", f"/users/{bob.id}/posts?limit=5", below)
    onlookers = [Onlooker(gateway, path, ada.headers) for path in paths]
    with posting(bob), onlookers[0], onlookers[1], onlookers[2], onlookers[3]:
        done = slackwater(addresses, "rebuild", "--all", "--shards", "2", "--json")
    assert done.exit_code == 0, done.stderr
    reports = json.loads(done.stdout)
    assert [report["switched"] for report in reports] == [True] * len(reports)
    rows = [row for row in generations(addresses) if row["state"] == "active"]
    assert {row["projection"]: row["shards"] for row in rows} == {
        "home-feed": 2, "posts": 2, "profiles": 2, "relational": None
    }  # fmt: skip
    for path, onlooker in zip(paths, onlookers, strict=True):
        assert {status for status, _ in onlooker.answers} == {200}, path
        positions = [position for _, position in onlooker.answers]
        assert positions == sorted(positions), f"{path} went back"
        assert len(set(positions)) > 10, path
    assert ada.texts_as_of(bob.position)[0] == "meanwhile"
    code, report = verified(addresses)
    assert (code, report["equal"]) == (0, True), report


def test_verify_says_equal_while_posts_arrive(addresses: Addresses, people: list[Person]) -> None:
    ada, bob, _ = people
    ada.follow(bob)
    with posting(bob):
        code, report = verified(addresses)
    assert (code, report["equal"]) == (0, True), report
    [home_feed] = [one for one in report["projections"] if one["projection"] == "home-feed"]
    assert home_feed["items"]["feed"]["checked"] >= len(people)
    assert report["stream"]["entries"] > 0


def test_verify_names_a_difference_and_repair_mends_it(
    addresses: Addresses, redis: Redis, people: list[Person]
) -> None:
    ada = people[0]
    post = ada.post("here")
    assert ada.texts_as_of(ada.position) == ["here"]
    [key] = [
        key
        for key in redis.keys("{home-feed:*}f:*")
        if redis.lrange(key, 0, -1) == [str(ada.position).encode()]
    ]
    redis.delete(key)
    done = slackwater(addresses, "verify", "home-feed")
    assert done.exit_code == 1
    assert f"missing {ada.position}" in done.stdout
    code, report = verified(addresses, "home-feed", "--repair")
    assert (code, report["repaired"]) == (1, 1)
    assert [item["text"] for item in ada.feed().json()["items"]] == ["here"]
    assert ada.feed().json()["items"][0]["id"] == post["id"]
    assert verified(addresses, "home-feed")[0] == 0


def test_verify_that_cannot_tell_exits_with_2(addresses: Addresses) -> None:
    nowhere = replace(addresses, redis_url="redis://127.0.0.1:1/0")
    done = slackwater(nowhere, "verify")
    assert done.exit_code == 2
    assert "could not tell: Redis does not answer" in done.stderr
    assert slackwater(addresses, "verify", "--sample", "0%").exit_code == 2


def test_a_rebuild_that_is_killed_serves_on_and_the_next_one_tidies_up(
    addresses: Addresses, redis: Redis, people: list[Person]
) -> None:
    ada = people[0]
    ada.post("before")
    before = {row["generation"] for row in generations(addresses, "home-feed")}
    process = subprocess.Popen(
        [sys.executable, "-m", "launcher", "rebuild", "home-feed"],
        env=os.environ | environment_of(addresses),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    until(lambda: 'building":true' in str(redis.hvals(REGISTRY)), "a build has begun")
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert ada.texts_as_of(ada.position) == ["before"]
    left = {row["generation"]: row["state"] for row in generations(addresses, "home-feed")}
    assert [left[number] for number in left.keys() - before] == ["building"]
    assert slackwater(addresses, "rebuild", "home-feed").exit_code == 0
    states = {row["state"] for row in generations(addresses, "home-feed")}
    assert states == {"active", "resting"}
    assert ada.texts_as_of(ada.position) == ["before"]


REGISTRY = "slackwater:generations:home-feed"


def generations(addresses: Addresses, projection: str = "") -> list[dict[str, Any]]:
    done = slackwater(addresses, "generations", "list", "--json")
    assert done.exit_code == 0, done.stderr
    return [row for row in json.loads(done.stdout) if projection in row["projection"]]


def test_a_generation_can_be_activated_again_and_dropped(addresses: Addresses) -> None:
    assert slackwater(addresses, "rebuild", "profiles").exit_code == 0
    rows = generations(addresses, "profiles")
    [resting, *_] = [row["generation"] for row in rows if row["state"] == "resting"]
    [active] = [row["generation"] for row in rows if row["state"] == "active"]
    refused = slackwater(addresses, "generations", "drop", "profiles", str(active))
    assert refused.exit_code == 1
    assert "is active" in refused.stderr
    done = slackwater(addresses, "generations", "activate", "profiles", str(resting))
    assert done.exit_code == 0, done.stderr
    dropped = slackwater(addresses, "generations", "drop", "profiles", str(active))
    assert dropped.exit_code == 0, dropped.stderr
    after = {row["generation"]: row["state"] for row in generations(addresses, "profiles")}
    assert after[resting] == "active"
    assert active not in after
    assert slackwater(addresses, "generations", "drop", "profiles", "999").exit_code == 1


def test_the_watching_audit_tells_its_figures(addresses: Addresses) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    of_its_own = {environment_name("metrics_port"): port}
    watching = os.environ | environment_of(addresses) | of_its_own
    process = subprocess.Popen(
        [sys.executable, "-m", "launcher", "verify", "--watch", "--every", "0.1"],
        env=watching, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:

        def audited() -> str | None:
            try:
                figures = httpx.get(f"http://127.0.0.1:{port}/metrics").text
            except httpx.TransportError:
                return None
            return (
                figures if 'slackwater_verify_runs_total{outcome="equal"} 2.0' in figures else None
            )

        figures = until(audited, "two audits")
        assert 'slackwater_verify_different{projection="home-feed"} 0.0' in figures
        assert "slackwater_verify_last_equal_timestamp_seconds" in figures
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
