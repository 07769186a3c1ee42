"""The `eventsourcing` library's datastore for this projection, from any libpq connection string."""

from eventsourcing.postgres import ConnectionPool, PostgresDatastore
from psycopg import Connection
from psycopg.rows import DictRow, dict_row

POOL_SIZE = 2
"""One connection for a transaction, one for what the library does beside it."""

CONNECT_SECONDS_MAX = 2.0
IDLE_IN_TRANSACTION_SECONDS_MAX = 10.0
"""A process that stops inside a transaction is cut off after this, so that others go on."""


class RelationalDatastore(PostgresDatastore):
    """The library's datastore, but for a whole connection string (its own takes five parts)."""

    def __init__(self, url: str) -> None:
        super().__init__(
            dbname="",
            host="",
            port="",
            user="",
            password="",
            connect_timeout=CONNECT_SECONDS_MAX,
            idle_in_transaction_session_timeout=IDLE_IN_TRANSACTION_SECONDS_MAX,
            pre_ping=True,
            single_row_tracking=True,
        )
        self.pool = ConnectionPool(
            url,
            connection_class=Connection[DictRow],
            kwargs={"row_factory": dict_row, "application_name": "slackwater relational"},
            min_size=0,
            max_size=POOL_SIZE,
            open=False,
            configure=self.after_connect_func(),
            timeout=CONNECT_SECONDS_MAX,
            reconnect_timeout=CONNECT_SECONDS_MAX,
            check=ConnectionPool.check_connection,  # pyright: ignore[reportArgumentType] - as the library
        )
