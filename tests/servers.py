"""Real servers for whoever wants to try something on them: embedded Postgres, embedded Valkey.

Used by the tests' fixtures and by the convergence campaign.
"""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import LiteralString
from urllib.parse import urlsplit, urlunsplit

import psycopg
import uuid_utils.compat
from psycopg import sql

from launcher.embedded_postgres import EmbeddedPostgres
from launcher.embedded_valkey import EmbeddedValkey
from launcher.readiness import wait_until_ready
from launcher.supervisor import Supervisor
from tests.waiting import until

EMPTY = Path(__file__).with_name("empty_database.sql").read_bytes()
"""Removes whatever stands in a database."""


NOTHING_SURVIVES_POWER = ("-c", "fsync=off", "-c", "full_page_writes=off")
"""A commit still reaches the kernel before it is told, so it survives every kill of a process."""


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the real servers of this run are, and who cares for them."""

    postgres_url: str
    redis_url: str
    supervisor: Supervisor


@contextmanager
def embedded_servers(place: Path, *postgres_options: str) -> Generator[Servers]:
    """One Postgres and one Valkey, up for as long as the context is."""
    supervisor = Supervisor(tell=print)
    postgres = EmbeddedPostgres(place / "postgres", place / "postgres.log")
    try:
        postgres.prepare()
        program = postgres.program
        supervisor.add(replace(program, arguments=[*program.arguments, *postgres_options]))
        redis_url = add_valkey(supervisor, place, "valkey")
        wait_until_ready(supervisor, "postgres", postgres.accepts_connections, threading.Event())
        postgres.create_database()
        yield Servers(postgres.url, redis_url, supervisor)
    finally:
        supervisor.stop_all()
        postgres.remove()


def add_valkey(supervisor: Supervisor, place: Path, name: str) -> str:
    """Starts a Valkey under this name, and returns its URL; the supervisor stops it."""
    valkey = EmbeddedValkey(place / name, place / f"{name}.log")
    valkey.prepare()
    supervisor.add(replace(valkey.program, name=name))
    wait_until_ready(supervisor, name, valkey.accepts_connections, threading.Event())
    return valkey.url


@contextmanager
def empty_database(postgres_url: str) -> Generator[str]:
    """The URL of a new database, which is removed in the end."""
    name = _new_name()
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield url_of(postgres_url, name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def url_of(postgres_url: str, database: str) -> str:
    """The URL of another database on the same server."""
    return urlunsplit(urlsplit(postgres_url)._replace(path=f"/{database}"))


class Databases:
    """Databases for one test after the other, each empty and under a name of its own.

    To empty one costs a fraction of making and removing one, for which Postgres copies a template
    and writes a checkpoint. Under the new name nobody finds it who still knows the old one.
    """

    def __init__(self, postgres_url: str) -> None:
        self._postgres_url = postgres_url
        self._server = psycopg.connect(postgres_url, autocommit=True)
        self._spare: list[str] = []

    @contextmanager
    def empty(self) -> Generator[str]:
        """The URL of an empty database, for as long as the context is."""
        name = self._spare.pop() if self._spare else self._create("template1")
        yield url_of(self._postgres_url, name)
        self._spare.append(self._emptied(name))

    @contextmanager
    def copy_of(self, database_url: str) -> Generator[str]:
        """The URL of a copy of a database to which nobody is connected."""
        name = self._create(urlsplit(database_url).path.removeprefix("/"))
        yield url_of(self._postgres_url, name)
        self._clear(name)
        self._execute("DROP DATABASE {}", name)

    def close(self) -> None:
        """The databases go with their server."""
        self._server.close()

    def _create(self, template: str) -> str:
        name = _new_name()
        self._execute("CREATE DATABASE {} TEMPLATE {}", name, template)
        return name

    def _emptied(self, old: str) -> str:
        """Its new name. Whoever is still connected is sent away first, and does not find back."""
        name = _new_name()
        self._clear(old)
        self._execute("ALTER DATABASE {} RENAME TO {}", old, name)
        with psycopg.connect(url_of(self._postgres_url, name), autocommit=True) as connection:
            connection.execute(EMPTY)
        return name

    def _clear(self, database: str) -> None:
        """Sends everybody away. Postgres would look every 100 ms only whether they have gone."""
        found = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        until(
            lambda: not self._server.execute(found, (database,)).rowcount,
            f"nobody is connected to {database}",
        )

    def _execute(self, statement: LiteralString, *names: str) -> None:
        self._server.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _new_name() -> str:
    return f"test_{uuid_utils.compat.uuid7().hex}"
