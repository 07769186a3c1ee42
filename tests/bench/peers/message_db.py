"""message-db: an event store made of Postgres functions, as its own package installs it."""

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
import uuid_utils.compat
from psycopg.types.json import Jsonb

from tests.bench.history import TEXT
from tests.bench.peers.npm import installed
from tests.bench.row import NotAvailable

PACKAGE, VERSION = "@eventide/message-db", "1.3.1"

INSTALLED = (
    "schema/message-store",
    "tables/messages",
    "types/message",
    *(
        f"functions/{name}"
        for name in (
            "message-store-version", "hash-64", "acquire-lock", "category", "is-category", "id",
            "cardinal-id", "stream-version", "write-message", "get-stream-messages",
            "get-category-messages", "get-last-stream-message",
        )
    ),
    "indexes/messages-id",
    "indexes/messages-stream",
    "indexes/messages-category",
)  # fmt: skip
"""What install.sh runs, in its order, but for views and privileges, which are not in a write's way,
and for pgcrypto: what is used of it, gen_random_uuid, has been Postgres' own since version 13."""

WRITE = "SELECT write_message(%s, %s, %s, %s, NULL, %s)"


def sql_of(kept: Path) -> Path | NotAvailable:
    """Where its SQL is."""
    package = installed(PACKAGE, VERSION, kept)
    return package if isinstance(package, NotAvailable) else package / "database"


class MessageDb:
    """A store in an empty database, with connections of its own. Use it as a context."""

    def __init__(self, sql: Path, database_url: str, connections: int) -> None:
        with psycopg.connect(database_url, autocommit=True) as connection:
            for name in INSTALLED:
                text = (sql / f"{name}.sql").read_text(encoding="utf-8")
                connection.execute(text.encode())
        options = "-c search_path=message_store,public"
        self._stack = ExitStack()
        self.connections = [
            self._stack.enter_context(
                psycopg.connect(database_url, autocommit=True, options=options)
            )
            for _ in range(connections)
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    @staticmethod
    def write(connection: psycopg.Connection) -> None:
        """One message, the first of its stream, as a post would be."""
        post = str(uuid_utils.compat.uuid7())
        parameters = (post, f"post-{post}", "Published", Jsonb({"author": 1, "text": TEXT}), -1)
        connection.execute(WRITE, parameters, prepare=True)
