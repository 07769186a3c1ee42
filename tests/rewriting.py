"""Changes what happened, which only whoever owns the database can do, and only on purpose."""

from collections.abc import Generator
from contextlib import contextmanager

import psycopg
from psycopg.rows import TupleRow


@contextmanager
def rewriting(connection: psycopg.Connection[TupleRow]) -> Generator[None]:
    """Inside, the trigger rests that keeps events as they are; on this connection only."""
    connection.execute("SET session_replication_role = replica")
    try:
        yield
    finally:
        connection.execute("SET session_replication_role = origin")
