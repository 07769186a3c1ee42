"""While Postgres is away the relay looks for it four times a second."""

import threading

import pytest
from redis import Redis

from projections import worker
from projections.worker import WorkerConfig, run_relay
from tests.conftest import Servers

LOOK_EVERY_SECONDS_MAX = 0.25


class Pauses(threading.Event):
    """Remembers what it was asked to wait, and ends the worker after some."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.asked.append(timeout)
        if len(self.asked) == 8:
            self.set()
        return self.is_set()


def test_the_relay_never_waits_long_for_a_store_that_is_away(
    servers: Servers, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses = Pauses()
    monkeypatch.setattr(worker, "prepare", lambda _host, _port: pauses)  # pyright: ignore[reportUnknownLambdaType]
    run_relay(
        WorkerConfig(
            database_url="host=/nowhere dbname=slackwater",
            redis_url=servers.redis_url,
            metrics_host="",
            metrics_port=0,
            shards=1,
            window=10,
        )
    )
    assert redis.ping()
    assert max(pauses.asked) <= LOOK_EVERY_SECONDS_MAX
