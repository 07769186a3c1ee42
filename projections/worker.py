"""Runs one worker of any kind: step after step until asked to stop, faults waited out."""

import logging
import signal
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass

import redis.exceptions
from opentelemetry.trace import Tracer
from prometheus_client import Counter, start_http_server
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from projections.batch_log import BatchLog
from projections.catalogue import NAMES, PROJECTIONS
from projections.derived import DerivedReadModels
from projections.greatness import NOBODY_IS_GREAT, Greatness
from projections.log.errors import HistoryMismatch, StoreUnreachable
from projections.log.quarantine import Policy, Quarantine
from projections.log.reader import LogReader
from projections.log.relay import STREAM_ENTRIES_MAX, Relay
from projections.log.store import Store
from projections.log.stream import Stream
from projections.membership import HEARTBEAT_SECONDS, Member
from projections.projector import Projector
from projections.stopping import Stop, stop_when_signalled
from projections.traces import AppliedTraces, CarriedTraces
from projections.valkey_memory import ValkeyMemory

logger = logging.getLogger(__name__)

REDIS_ANSWER_SECONDS_MAX = 10.0
"""Above every blocking read of ours: a shorter time-out would make an idle stream look dead."""

PAUSE_SECONDS_MAX = 2.0
"""The longest pause between two tries while a server is away."""

RELAY_PAUSE_SECONDS_MAX = 0.25
"""The same for a relay whose store is away: whether the one that comes back is the one that went
away is only known when the relay has looked, and until then commands are answered under the epoch
that it brings along."""

WARN_EVERY_SECONDS = 2.0

FAULTS = Counter(
    "slackwater_worker_faults_total", "Steps that failed because a server was away.", ["server"]
)
for _server in ("postgres", "redis"):
    FAULTS.labels(_server)  # each is there from the start, at 0

REDIS_AWAY = (
    redis.exceptions.ConnectionError,
    redis.exceptions.TimeoutError,
    redis.exceptions.OutOfMemoryError,
    redis.exceptions.ReadOnlyError,
)
"""What time, or an operator, cures; scripts are refused before they have written anything."""

Step = Callable[[], None]


@dataclass(frozen=True, slots=True)
class WorkerConfig:
    """What a worker needs to run. `metrics_port` 0: no figures over HTTP.
    `tracer` None: no traces.
    """

    database_url: str
    redis_url: str
    metrics_host: str
    metrics_port: int
    shards: int
    window: int
    great: Greatness = NOBODY_IS_GREAT
    cold_after: float = 0
    poison: Policy = "stop"
    stream_entries_max: int = STREAM_ENTRIES_MAX
    tracer: Tracer | None = None


def run_relay(config: WorkerConfig) -> None:
    """Runs a relay until SIGTERM or SIGINT."""
    stop = prepare(config.metrics_host, config.metrics_port)
    client, member, store = _open(config, "relay")
    relay = Relay(
        store,
        Stream(client),
        member,
        DerivedReadModels(client, NAMES),
        entries_max=config.stream_entries_max,
        tracing=CarriedTraces(config.tracer, store) if config.tracer else nullcontext,
    )
    memory = ValkeyMemory(client)

    def step() -> None:
        relay.step(stop.wait)
        memory.look()

    run_steps(step, stop, store_pause_max=RELAY_PAUSE_SECONDS_MAX)
    _leave(member)
    store.close()


def run_projector(config: WorkerConfig) -> None:
    """Runs a projector until SIGTERM or SIGINT."""
    stop = prepare(config.metrics_host, config.metrics_port)
    client, member, store = _open(config, "projector")
    log = LogReader(Stream(client), store)
    quarantine = Quarantine(config.database_url, config.poison, application="slackwater projector")
    projector = Projector(
        client, log, quarantine, member, PROJECTIONS,
        shards=config.shards, window=config.window, great=config.great,
        cold_after=config.cold_after,
        batch_log=BatchLog(AppliedTraces(config.tracer) if config.tracer else None),
    )  # fmt: skip
    run_steps(projector.step, stop)
    _leave(member)
    projector.close()
    quarantine.close()
    store.close()


def connect_redis(url: str) -> Redis:
    """A client for blocking reads: no hidden retries, no time-out below a read that blocks."""
    return Redis.from_url(url, socket_timeout=REDIS_ANSWER_SECONDS_MAX, retry=Retry(NoBackoff(), 0))


def prepare(metrics_host: str, metrics_port: int) -> Stop:
    """Serves the figures, if wanted; what it returns is set when the process is to stop."""
    stop = stop_when_signalled((signal.SIGTERM, signal.SIGINT))
    if metrics_port:
        start_http_server(metrics_port, addr=metrics_host)
    return stop


def _open(config: WorkerConfig, role: str) -> tuple[Redis, Member, Store]:
    client = connect_redis(config.redis_url)
    store = Store(config.database_url, application=f"slackwater {role}")
    return client, Member(client, role), store


def run_steps(
    step: Step, stop: threading.Event, *, store_pause_max: float = PAUSE_SECONDS_MAX
) -> None:
    """Steps until asked to stop. A server that is away is waited for; nothing else is caught."""
    pause, warn_at = HEARTBEAT_SECONDS, 0.0
    while not stop.is_set():
        try:
            step()
            pause = HEARTBEAT_SECONDS
        except (StoreUnreachable, HistoryMismatch) as error:
            FAULTS.labels("postgres").inc()
            pause = min(pause, store_pause_max)
            if time.monotonic() >= warn_at:
                logger.warning("%s; trying again in %.1f s", error, pause)
                warn_at = time.monotonic() + WARN_EVERY_SECONDS
        except REDIS_AWAY as error:
            FAULTS.labels("redis").inc()
            logger.warning("Redis refuses or is away: %s; trying again in %.1f s", error, pause)
        else:
            continue
        stop.wait(pause)
        pause = min(2 * pause, PAUSE_SECONDS_MAX)


def _leave(member: Member) -> None:
    try:
        member.leave()
    except REDIS_AWAY:
        logger.info("Redis is away: the lease will run out by itself")
