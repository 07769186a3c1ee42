"""Real servers for whoever wants to try something on them: embedded Postgres, embedded Valkey.

Used by the tests' fixtures and by the convergence campaign.
"""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import uuid_utils.compat
from psycopg import sql

from launcher.embedded_postgres import EmbeddedPostgres
from launcher.embedded_valkey import EmbeddedValkey
from launcher.readiness import wait_until_ready
from launcher.supervisor import Supervisor


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the real servers of this run are, and who cares for them."""

    postgres_url: str
    redis_url: str
    supervisor: Supervisor


@contextmanager
def embedded_servers(place: Path) -> Generator[Servers]:
    """One Postgres and one Valkey, up for as long as the context is."""
    supervisor = Supervisor(tell=print)
    postgres = EmbeddedPostgres(place / "postgres", place / "postgres.log")
    try:
        postgres.prepare()
        supervisor.add(postgres.program)
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
    name = f"test_{uuid_utils.compat.uuid7().hex}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield urlunsplit(urlsplit(postgres_url)._replace(path=f"/{name}"))
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
