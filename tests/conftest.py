"""Real servers for the tests: one embedded Postgres and one embedded Valkey for each worker.

Every test gets an event store of its own and an empty Valkey.
"""

import threading
from collections.abc import Generator
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import uuid_utils.compat
from psycopg import sql
from redis import Redis

from command_api.application import Slackwater
from launcher.embedded_postgres import EmbeddedPostgres
from launcher.embedded_valkey import EmbeddedValkey
from launcher.readiness import wait_until_ready
from launcher.supervisor import Supervisor
from projections.log.store import Store
from projections.worker import connect_redis
from tests.places import let_through


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the real servers of this test run are, and who cares for them."""

    postgres_url: str
    redis_url: str
    supervisor: Supervisor


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Generator[Servers]:
    """Embedded servers, up for the whole run."""
    never = threading.Event()
    place = let_through(tmp_path_factory.mktemp("servers"))
    supervisor = Supervisor(tell=print)
    postgres = EmbeddedPostgres(place / "postgres", place / "postgres.log")
    valkey = EmbeddedValkey(place / "valkey", place / "valkey.log")
    try:
        postgres.prepare()
        supervisor.add(postgres.program)
        valkey.prepare()
        supervisor.add(valkey.program)
        wait_until_ready(supervisor, "postgres", postgres.accepts_connections, never)
        wait_until_ready(supervisor, "valkey", valkey.accepts_connections, never)
        postgres.create_database()
        yield Servers(postgres.url, valkey.url, supervisor)
    finally:
        supervisor.stop_all()
        postgres.remove()


@pytest.fixture
def database_url(servers: Servers) -> Generator[str]:
    """An empty database."""
    name = f"test_{uuid_utils.compat.uuid7().hex}"
    with psycopg.connect(servers.postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield urlunsplit(urlsplit(servers.postgres_url)._replace(path=f"/{name}"))
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def write_model(database_url: str) -> Generator[Slackwater]:
    """The write model on an empty event store."""
    write_model = Slackwater(database_url)
    write_model.open()
    yield write_model
    write_model.close()


@pytest.fixture
def store(write_model: Slackwater, database_url: str) -> Generator[Store]:
    """The event store of `write_model`, as a reader sees it."""
    assert write_model.epoch
    store = Store(database_url, application="slackwater tests")
    yield store
    store.close()


@pytest.fixture
def redis(servers: Servers) -> Generator[Redis]:
    """A client of an empty Valkey."""
    client = connect_redis(servers.redis_url)
    client.flushall()
    yield client
    client.close()
