"""Running processes tell what alarms need to know of the servers and disks below them."""

from contextlib import closing

import httpx
import psycopg
from redis import Redis

from projections.log.stream import STREAM
from tests.acceptance.people import Person
from tests.waiting import until
from tests.whole_system import Running


def told(url: str, figure: str) -> float | None:
    """A figure, with its labels, as a process tells it."""
    lines = httpx.get(url).text.splitlines()
    found = [line.rsplit(" ", 1)[1] for line in lines if line.startswith(f"{figure} ")]
    return float(found[0]) if found else None


def test_the_relay_tells_how_much_memory_valkey_uses(running: Running) -> None:
    url = running.addresses.metrics["relay"]
    until(lambda: told(url, "slackwater_valkey_used_memory_bytes"), "it is told")
    assert told(url, "slackwater_valkey_max_memory_bytes") is not None


def test_a_command_api_tells_how_much_room_its_journal_has(running: Running) -> None:
    url = f"{running.addresses.command_api}/metrics"
    free = told(url, 'slackwater_disk_free_bytes{disk="journal"}')
    size = told(url, 'slackwater_disk_size_bytes{disk="journal"}')
    assert free is not None
    assert size is not None
    assert 0 < free < size


def test_what_nobody_wants_traced_names_no_trace(running: Running, people: list[Person]) -> None:
    people[0].post("as always")
    with closing(Redis.from_url(running.addresses.redis_url)) as redis:
        entries = until(lambda: redis.xrevrange(STREAM, count=5), "the stream has entries")
    assert not [fields for _, fields in entries if b"traceparent" in (fields or {})]
    with psycopg.connect(running.addresses.database_url) as connection:
        assert connection.execute("SELECT FROM slackwater_traces").fetchall() == []
