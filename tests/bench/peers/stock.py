"""The `eventsourcing` library as its documentation has it: aggregates saved by an application."""

from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from psycopg.conninfo import conninfo_to_dict

from tests.bench.history import TEXT


class Post(Aggregate):
    """A post, with what ours carries."""

    @event("Published")
    def __init__(self, author: int, text: str) -> None:
        self.author = author
        self.text = text


class Posts(Application[UUID]):
    """Publishes posts."""

    def publish(self) -> None:
        """One save of one event."""
        self.save(Post(author=1, text=TEXT))


def environment(database_url: str, threads: int = 5) -> dict[str, str]:
    """What the library's Postgres module is set up with: as it comes, but for enough connections.

    Its functions in the database stay off, which is its default: with them a reader of the log
    would miss events.
    """
    parts: dict[str, Any] = conninfo_to_dict(database_url)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": parts["dbname"],
        "POSTGRES_HOST": parts["host"],
        "POSTGRES_PORT": "5432",
        "POSTGRES_USER": parts["user"],
        "POSTGRES_PASSWORD": "peer",  # not looked at: the server knows us by our account
        "POSTGRES_POOL_SIZE": str(threads),
    }
