"""One connection to the store, for a whole backup."""

from collections.abc import Generator
from contextlib import contextmanager

import psycopg

from command_api.event_store.backup.errors import StoreFailed

CONNECT_SECONDS_MAX = 10
SAME_EVERYWHERE = "-c client_encoding=UTF8 -c bytea_output=hex -c DateStyle=ISO -c TimeZone=UTC"
"""The text of a row depends on the server's settings otherwise."""


@contextmanager
def connected(database_url: str) -> Generator[psycopg.Connection]:
    """A connection to the store. Raises StoreFailed for whatever goes wrong there."""
    try:
        with psycopg.connect(
            database_url,
            connect_timeout=CONNECT_SECONDS_MAX,
            application_name="slackwater backup",
            options=SAME_EVERYWHERE,
        ) as connection:
            yield connection
    except psycopg.errors.UndefinedTable as error:
        raise StoreFailed("this database holds no event store") from error
    except psycopg.Error as error:
        raise StoreFailed(f"Postgres refuses, or does not answer: {error}") from error
