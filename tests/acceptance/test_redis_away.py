"""Redis stops, hangs or is emptied while people read: Postgres answers, nobody is led back."""

import signal
import time
from collections.abc import Callable, Generator

import pytest
from redis import Redis

from tests.acceptance.constant_reader import ConstantReader, reading
from tests.acceptance.people import Person
from tests.waiting import until
from tests.whole_system import Running

SETTLED_SECONDS = 1.0
REFUSED_SHARE_MAX = 0.001
HANG_SECONDS_MAX = 4.5
"""For the one that finds out: what Redis has to answer in, and Postgres after it."""

POSTS = 20


class Publishing:
    """Somebody who publishes all the while, and knows where each post stands in the log."""

    def __init__(self, person: Person) -> None:
        self._person = person
        self.positions: list[int] = []

    def some(self, count: int = POSTS) -> None:
        """Publishes so many."""
        for _ in range(count):
            answer = self._person._command(
                "POST", "/posts/", 201, json={"text": f"{len(self.positions)}"}
            )
            self.positions.append(int(answer.headers["Feed-Token"].split(".")[1]))


@pytest.fixture
def author(people: list[Person]) -> Publishing:
    ada, bob, _ = people
    ada.follow(bob)
    return Publishing(bob)


@pytest.fixture
def reader(people: list[Person], author: Publishing) -> Generator[ConstantReader]:
    author.some(1)
    people[0].feed_as_of(author.positions[-1])
    with reading(people[0]) as reader:
        until(lambda: len(reader.reads) > 10, "some reads")
        yield reader


def answered_by(reader: ConstantReader, source: str) -> None:
    """Waits until reads that begin from now on are answered by it."""
    until(lambda: reader.reads[-1].source == source, f"reads are answered by {source}")


def check(reader: ConstantReader, author: Publishing, since: float) -> None:
    """What holds whatever happens to Redis."""
    author.some()
    newest = author.positions[-1]
    until(lambda: reader.reads[-1].position >= newest, "the newest post is shown")
    assert reader.share_refused(since + SETTLED_SECONDS) <= REFUSED_SHARE_MAX
    reader.assert_nobody_was_led_back()
    reader.assert_complete(author.positions)


def test_redis_stops_and_comes_back_under_somebody_who_reads(
    running: Running,
    reader: ConstantReader,
    author: Publishing,
    stopped: Callable[[list[str]], None],
) -> None:
    since = time.monotonic()
    stopped(["valkey"])
    answered_by(reader, "postgres")
    author.some()
    running.system.supervisor.want("valkey", running=True)
    author.some()
    answered_by(reader, "redis")
    check(reader, author, since)


def test_redis_hangs_and_one_time_out_is_enough_for_all(
    running: Running, reader: ConstantReader, author: Publishing
) -> None:
    since = time.monotonic()
    running.system.supervisor.send("valkey", signal.SIGSTOP)
    try:
        answered_by(reader, "postgres")
        hung = time.monotonic()
        author.some()
    finally:
        running.system.supervisor.send("valkey", signal.SIGCONT)
    answered_by(reader, "redis")
    check(reader, author, since)
    slow = [read for read in reader.reads if read.at >= since and read.seconds > 1.0]
    assert len(slow) <= 1, "nobody waits for the same silence twice"
    assert all(read.seconds < HANG_SECONDS_MAX for read in slow)
    assert "postgres" in reader.sources_since(hung)


def test_redis_is_emptied_and_fills_again_by_itself(
    running: Running, reader: ConstantReader, author: Publishing
) -> None:
    author.some()
    since = time.monotonic()
    with Redis.from_url(running.addresses.redis_url) as redis:
        redis.flushall()
    answered_by(reader, "postgres")
    author.some()
    answered_by(reader, "redis")
    check(reader, author, since)


def test_without_redis_it_is_ready_and_says_what_is_wrong(
    running: Running, people: list[Person], stopped: Callable[[list[str]], None]
) -> None:
    http = people[0].http
    stopped(["valkey"])
    assert people[0].feed().headers["Feed-Source"] == "postgres"
    assert http.get("/query-api/readyz").json() == {"status": "ok"}
    verbose = http.get("/query-api/readyz?verbose").json()
    assert verbose["checks"]["reads"] == verbose["checks"]["postgres"] == "ok"
    assert "reads come from Postgres" in verbose["checks"]["redis"]
    assert http.get("/query-api/debug/health").json()["status"] == "degraded"
    reads = http.get("/query-api/debug/metrics-summary").json()["reads"]
    assert reads["breaker"] in {"open", "half-open"}
    assert reads["from_postgres"]["away"] >= 1
    metrics = http.get("/query-api/metrics").text
    state = 'slackwater_fallback_breaker_state{slackwater_fallback_breaker_state="closed"} 0.0'
    assert state in metrics
    assert 'slackwater_fallback_answers_total{reason="away"}' in metrics


def test_without_either_store_every_read_is_refused_in_words(
    running: Running, people: list[Person], stopped: Callable[[list[str]], None]
) -> None:
    ada = people[0]
    ada.post("before")
    ada.feed_as_of(ada.position)
    stopped(["valkey", "postgres"])
    nobody = "00000000-0000-0000-0000-000000000000"
    paths = ["/feed/", "/feed/?as_of=1", f"/feed/why/{nobody}", f"/feed/posts/{nobody}"]
    paths += [f"/users/{ada.id}{part}" for part in ("", "/posts", "/followers", "/following")]
    for path in paths:
        answer = ada.http.get(path, headers=ada.headers)
        assert answer.status_code == 503, path
        assert int(answer.headers["Retry-After"]) >= 1
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert "nothing is lost, try again shortly" in answer.json()["detail"], path
    ready = ada.http.get("/query-api/readyz")
    assert ready.status_code == 503
    assert "reads" in ready.json()["checks"]
    for name in ("valkey", "postgres"):
        running.system.supervisor.want(name, running=True)
    until(lambda: ada.http.get("/feed/", headers=ada.headers).is_success, "reads come back")
    assert ada.texts_as_of(ada.position) == ["before"]
