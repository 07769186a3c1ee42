"""Which tables a backup holds, and how each is copied."""

from dataclasses import dataclass
from typing import Final

from psycopg import sql

from command_api.event_store.queries import (
    COMMANDS_TABLE,
    ERASURES_TABLE,
    EVENTS_TABLE,
    KEYS_TABLE,
    QUARANTINE_TABLE,
)


@dataclass(frozen=True, slots=True)
class Table:
    """`name` is the file's, `order` the column that sorts it."""

    name: str
    stored_as: str
    columns: tuple[str, ...]
    order: str

    @property
    def file(self) -> str:
        """The rows as COPY's text format has them, compressed by gzip."""
        return f"{self.name}.copy.gz"

    @property
    def copy_out(self) -> sql.Composed:
        """All rows, in order."""
        return sql.SQL("COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT").format(
            self._columns, sql.Identifier(self.stored_as), sql.Identifier(self.order)
        )

    @property
    def copy_in(self) -> sql.Composed:
        """The same, back."""
        return sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(self.stored_as), self._columns
        )

    @property
    def _columns(self) -> sql.Composed:
        return sql.SQL(", ").join(map(sql.Identifier, self.columns))


EVENTS: Final = Table(
    "events",
    EVENTS_TABLE,
    ("notification_id", "originator_id", "originator_version", "topic", "state"),
    "notification_id",
)

COMMANDS: Final = Table(
    "commands",
    COMMANDS_TABLE,
    ("id", "person", "subject", "fingerprint", "accepted_at", "position", "recorded_at"),
    "id",
)

QUARANTINE: Final = Table(
    "quarantine",
    QUARANTINE_TABLE,
    ("position", "originator_id", "topic", "reason", "since", "released"),
    "position",
)

KEYS: Final = Table("keys", KEYS_TABLE, ("number", "person", "key"), "number")

ERASURES: Final = Table("erasures", ERASURES_TABLE, ("number", "person", "began_at"), "number")

TABLES: Final = (EVENTS, COMMANDS, QUARANTINE, KEYS, ERASURES)
