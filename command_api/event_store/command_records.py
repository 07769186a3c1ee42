"""What is remembered of a command in the store, beside its events."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection, Cursor
from psycopg.rows import DictRow

from command_api.event_store.queries import query


@dataclass(frozen=True, slots=True)
class CommandRecord:
    """A command that was carried out. `position` is where it is done.

    Before it is carried out, `position` says where things stand if it changes nothing.
    """

    id: UUID
    person: UUID
    subject: UUID
    fingerprint: bytes
    accepted_at: datetime
    position: int


class CommandStands(Exception):
    """The store has a command of this id already; nothing was stored again."""

    def __init__(self, record: CommandRecord) -> None:
        super().__init__(f"command {record.id} has been carried out already")
        self.record = record


class CommandRecords:
    """The table of commands of one schema."""

    def __init__(self, schema: str) -> None:
        self._find = query("find_commands", schema=schema)
        self._record = query("record_commands", schema=schema)
        self._forget = query("forget_commands", schema=schema)

    def find(
        self, on: Cursor[DictRow] | Connection[DictRow], ids: Sequence[UUID]
    ) -> dict[UUID, CommandRecord]:
        """The records of those commands that have been carried out."""
        if not ids:
            return {}
        rows = on.execute(self._find, {"ids": list(ids)}, prepare=True, binary=True)
        records = [_record_of(row) for row in rows]
        return {record.id: record for record in records}

    def record(self, cursor: Cursor[DictRow], records: Iterable[CommandRecord]) -> None:
        """Remembers commands of which `find` has just found none."""
        rows = list(records)
        columns: dict[str, list[Any]] = {
            "ids": [record.id for record in rows],
            "persons": [record.person for record in rows],
            "subjects": [record.subject for record in rows],
            "fingerprints": [record.fingerprint for record in rows],
            "accepted": [record.accepted_at for record in rows],
            "positions": [record.position for record in rows],
        }
        cursor.execute(self._record, columns, prepare=True, binary=True)

    def forget(self, connection: Connection[DictRow], *, seconds: float, limit: int) -> int:
        """Forgets at most `limit` of those older than this, and returns how many."""
        return connection.execute(self._forget, {"seconds": seconds, "limit": limit}).rowcount


def _record_of(row: DictRow) -> CommandRecord:
    return CommandRecord(
        id=row["id"],
        person=row["person"],
        subject=row["subject"],
        fingerprint=bytes(row["fingerprint"]),
        accepted_at=row["accepted_at"],
        position=row["position"],
    )
