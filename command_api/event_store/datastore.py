"""Connections to the store's Postgres, from any libpq connection string."""

import time
from collections.abc import Generator
from contextlib import contextmanager

from eventsourcing.postgres import ConnectionPool, PostgresDatastore
from psycopg import Cursor
from psycopg.abc import Query
from psycopg.rows import DictRow, dict_row

from command_api.event_store.bounded_connection import BoundedConnection, bounded
from command_api.event_store.patience import Patience

POOL_SIZE = 4
CONNECT_SECONDS_MAX = 2.0
LOCK_SECONDS_MAX = 5
"""How long an append waits for another process's append before it fails and is tried again."""

IDLE_IN_TRANSACTION_SECONDS_MAX = 5.0
"""A process that stops between LOCK and COMMIT is cut off after this, so that others go on."""

SILENT_SECONDS_MAX = 10.0
"""How long a server may say nothing, unless there is less patience."""

TRUSTED_SECONDS = 0.05
"""A connection that answered so shortly ago is not asked again before it is used."""

VANISHED_PEER = {
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 5_000,
}
"""A server or network that vanishes without a word is noticed within seconds (TCP only)."""


class UrlDatastore(PostgresDatastore):
    """The library's datastore, but for a whole connection string (its own takes five parts)."""

    def __init__(self, url: str, patience: Patience | None = None) -> None:
        super().__init__(
            dbname="",
            host="",
            port="",
            user="",
            password="",
            connect_timeout=CONNECT_SECONDS_MAX,
            idle_in_transaction_session_timeout=IDLE_IN_TRANSACTION_SECONDS_MAX,
            pre_ping=True,
            lock_timeout=LOCK_SECONDS_MAX,
            originator_id_type="uuid",
            enable_db_functions=False,  # that path takes no table lock: readers would miss events
        )
        silent = patience.answer_seconds if patience else SILENT_SECONDS_MAX
        self.pool = ConnectionPool(
            url,
            connection_class=bounded(alone=silent, in_transaction=LOCK_SECONDS_MAX + silent),
            kwargs={
                "row_factory": dict_row,
                "application_name": "slackwater command-api",
                **VANISHED_PEER,
            },
            min_size=1,
            max_size=POOL_SIZE,
            open=False,
            configure=self.after_connect_func(),
            timeout=patience.connection_seconds if patience else CONNECT_SECONDS_MAX,
            # After this, a connection is tried again for the next caller and not by a schedule
            # that keeps growing: writes go on as soon as the store is back.
            reconnect_timeout=CONNECT_SECONDS_MAX,
            check=_check,  # pyright: ignore[reportArgumentType] - the pool knows one class only
        )

    @contextmanager
    def begun_by(self, statements: Query) -> Generator[Cursor[DictRow]]:
        """A transaction; see `BoundedConnection.begun_by`. Raises the library's errors."""
        with self.get_connection() as connection:
            assert isinstance(connection, BoundedConnection)
            with connection.begun_by(statements) as cursor:
                yield cursor

    def register_type_adapters(self) -> None:
        """Nothing: composite types are for the functions that we do not use.

        The library would ask Postgres for them before anything else; it may be away then.
        """


def _check(connection: BoundedConnection) -> None:
    if time.monotonic() - connection.answered_at > TRUSTED_SECONDS:
        connection.execute("")  # a round trip, and nothing else
