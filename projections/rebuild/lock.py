"""One process at a time changes the generations of a projection.

An advisory lock of Postgres: it ends with the connection, however the process ends.
"""

from collections.abc import Generator
from contextlib import contextmanager

import psycopg

from projections.log.errors import StoreUnreachable
from projections.rebuild.errors import AlreadyRebuilding

_LOCK_CLASS = 5_210_013  # any number, but always the same


@contextmanager
def generations_lock(database_url: str, projection: str) -> Generator[None]:
    """Held inside. Raises AlreadyRebuilding, StoreUnreachable."""
    try:
        connection = psycopg.connect(
            database_url, autocommit=True, application_name=f"slackwater generations {projection}"
        )
    except psycopg.Error as error:
        raise StoreUnreachable(f"the event store does not answer: {error}") from error
    with connection:
        row = connection.execute(
            "SELECT pg_try_advisory_lock(%s, hashtext(%s))", (_LOCK_CLASS, projection)
        ).fetchone()
        if row is None or not row[0]:
            raise AlreadyRebuilding(
                f"another process is changing the generations of {projection}; wait for it, or "
                "stop it"
            )
        yield
