"""Two relay processes: one carries, whatever happens to it, and the log stays one order."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Generator
from functools import partial
from itertools import count
from typing import Any, cast

import pytest
from redis import Redis

from command_api.application import Slackwater
from launcher.settings import environment_name
from projections.log.store import Store
from projections.log.stream import Stream
from projections.vitals import VITALS_KEY_PREFIX
from tests.examples import examples
from tests.servers import Servers
from tests.waiting import until

Relay = subprocess.Popen[bytes]

_names = count()


@pytest.fixture
def relays(
    servers: Servers, database_url: str, store: Store, redis: Redis
) -> Generator[list[Relay]]:
    """Two processes on an empty stream; the first is the elder."""
    environment = dict(os.environ) | {
        environment_name("database_url"): database_url,
        environment_name("redis_url"): servers.redis_url,
    }
    started: list[Relay] = []
    try:
        for _ in range(2):
            command = [sys.executable, "-m", "launcher", "relay"]
            started.append(subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL))
            until(lambda: started[-1].pid in pids(redis), "the relay is alive")
        yield started
    finally:
        for relay in started:
            relay.send_signal(signal.SIGCONT)
            relay.kill()
            relay.wait()


def vitals(redis: Redis) -> list[dict[str, Any]]:
    keys = cast("list[bytes]", redis.keys(f"{VITALS_KEY_PREFIX}*"))
    return [json.loads(said) for key in keys if (said := cast("bytes | None", redis.get(key)))]


def pids(redis: Redis) -> set[int]:
    return {one["pid"] for one in vitals(redis)}


def active(redis: Redis) -> set[int]:
    return {one["pid"] for one in vitals(redis) if one["active"]}


def the_one_that_carries(redis: Redis) -> int | None:
    """None while two both think so: the younger one finds out with its next heartbeat."""
    found = active(redis)
    return found.pop() if len(found) == 1 else None


def is_carrying(redis: Redis, relay: Relay) -> bool:
    return active(redis) == {relay.pid}


def write(write_model: Slackwater, people: int) -> None:
    for _ in range(people):
        write_model.register(handle=f"person_{next(_names)}", display_name=None)


def assert_carried(redis: Redis, store: Store) -> None:
    stream = Stream(redis)
    until(lambda: stream.last_position() == store.head(), "everything is carried")
    assert store.with_keys(stream.read_after(0, 10_000)) == store.read_after(0, 10_000)


def test_the_second_carries_only_when_the_first_is_gone(
    relays: list[Relay], redis: Redis, store: Store, write_model: Slackwater
) -> None:
    elder, younger = relays
    write(write_model, 5)
    assert_carried(redis, store)
    assert active(redis) == {elder.pid}
    elder.kill()
    write(write_model, 5)
    until(lambda: active(redis) == {younger.pid}, "the second takes over")
    assert_carried(redis, store)


def test_one_that_is_stopped_past_its_lease_and_goes_on_doubles_nothing_and_leaves_no_hole(
    relays: list[Relay], redis: Redis, store: Store, write_model: Slackwater
) -> None:
    for _ in range(examples(3)):
        write(write_model, 3)
        carrying = until(lambda: the_one_that_carries(redis), "one carries")
        [stopped] = [relay for relay in relays if relay.pid == carrying]
        [other] = [relay for relay in relays if relay.pid != carrying]
        stopped.send_signal(signal.SIGSTOP)
        write(write_model, 5)
        until(partial(is_carrying, redis, other), "the other takes over")
        assert_carried(redis, store)
        stopped.send_signal(signal.SIGCONT)
        write(write_model, 5)
        until(lambda: pids(redis) == {relay.pid for relay in relays}, "both are back")
        assert_carried(redis, store)
