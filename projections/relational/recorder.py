"""Batches and their checkpoint in one transaction, tracked as the `eventsourcing` library does it.

Safety rests on two row locks: a share lock on the generation in the registry, so that a switch or
a drop serialises with a batch, and one on the checkpoint, which has to stand exactly where the
batch begins. A second projector, or a zombie with an old batch, changes nothing.
"""

import logging
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from eventsourcing.persistence import InterfaceError, InternalError, OperationalError, Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from psycopg import Connection, Cursor
from psycopg.rows import DictRow

from projections.log.entry import Entry
from projections.log.errors import StoreUnreachable
from projections.relational.datastore import RelationalDatastore
from projections.relational.fold import Changes
from projections.relational.queries import TRACKING_TABLE, application_name, query
from projections.relational.tables import Tables

_SCHEMA_LOCK = 5_210_012  # an advisory lock's number: any, but always the same

logger = logging.getLogger(__name__)

STORE_AWAY = (OperationalError, InterfaceError, InternalError)
"""How the library reports a server that cannot be reached, or that cut a connection off."""

State = Literal["building", "live", "resting"]
"""Of a generation: not complete yet; fed by the projectors; complete once, and fed no more."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A generation, and the position up to which it has applied the log.

    `release`: the newest retry of the quarantine that it knows.
    """

    generation: int
    position: int
    release: int = 0


class RelationalRecorder(PostgresTrackingRecorder):
    """All methods raise StoreUnreachable. Not safe to share by threads."""

    def __init__(self, database_url: str) -> None:
        super().__init__(RelationalDatastore(database_url), tracking_table_name=TRACKING_TABLE)
        self._registry_is_there = False
        self._fit_for_reading = set[int]()

    @contextmanager
    def transaction(self) -> Generator[Cursor[DictRow]]:
        """A transaction, committed at the end."""
        with self._connection() as connection, connection.transaction():
            yield connection.cursor()

    def ensure_registry(self) -> None:
        """Makes registry and tracking table where they are missing. Safe by several at once.

        Whoever finds them needs no right to make any.
        """
        if self._registry_is_there:
            return
        with self.transaction() as cursor:
            found = cursor.execute(query("registry_stands"), prepare=False).fetchone()
        if found is None or not found["stands"]:
            with self._alone() as cursor:
                self.create_table()
                cursor.execute(query("create_registry"), prepare=False)
        self._registry_is_there = True

    def ensure_active(self) -> Checkpoint:
        """The active generation; where there is none, a new and empty one becomes it.

        One of a history that the store does not have any more counts as none, and goes.
        """
        self.ensure_registry()
        with self.transaction() as cursor:
            active, holds = _active(cursor)
        if active is not None and holds:
            if active.generation not in self._fit_for_reading:
                with self._alone() as cursor:
                    Tables(cursor, active.generation).create_indexes()
                self._fit_for_reading.add(active.generation)
            return active
        with self._alone() as cursor:
            active, holds = _active(cursor)
            if active is None or not holds:
                lost, active = active, self._begin_active(cursor, active)
                if lost is not None:
                    logger.error(
                        "THE STORE WAS REPLACED: generation %d had applied an event at position %d "
                        "which the store does not have there; generation %d is built from nothing",
                        lost.generation, lost.position, active.generation,
                    )  # fmt: skip
        return active

    def begin(self, cursor: Cursor[DictRow], state: State, *, active: bool) -> int:
        """A new generation at position 0, its tables empty; returns its number."""
        cursor.execute(query("begin_generation"), {"state": state, "active": active})
        row = cursor.fetchone()
        assert row is not None
        number: int = row["number"]
        Tables(cursor, number).create()
        self.track(cursor, number, 0)
        return number

    def remove(self, cursor: Cursor[DictRow], number: int) -> None:
        """Removes a generation and all that is known of it."""
        Tables(cursor, number).drop()
        cursor.execute(query("forget_position"), {"application_name": application_name(number)})
        cursor.execute(query("forget_applied"), {"number": number})
        cursor.execute(query("forget_generation"), {"number": number})

    def apply(
        self,
        checkpoint: Checkpoint,
        changes: Changes,
        *,
        states: tuple[State, ...],
        last: Entry | None = None,
    ) -> bool:
        """Applies a batch that begins at the checkpoint, and moves the checkpoint on.

        False if the generation stands elsewhere, or is in none of these states, or if the store
        does not have the `last` entry of the batch (any more): nothing has changed then.
        """
        number = checkpoint.generation
        with self.transaction() as cursor:
            cursor.execute(query("share_generation"), {"number": number}, prepare=True)
            found = cursor.fetchone()
            if found is None or found["state"] not in states:
                return False
            if self.lock_position(cursor, number) != checkpoint.position:
                return False
            if not self._note_applied(cursor, number, changes.last, last):
                return False
            Tables(cursor, number).write(changes)
            self._insert_tracking(cursor, Tracking(application_name(number), changes.last))
        return True

    def lock_position(self, cursor: Cursor[DictRow], number: int) -> int:
        """Where a generation in the registry stands, and will until the transaction ends."""
        name = {"application_name": application_name(number)}
        cursor.execute(query("lock_position"), name, prepare=True)
        row = cursor.fetchone()
        assert row is not None, "a generation in the registry has a checkpoint"
        return row["position"]

    def track(self, cursor: Cursor[DictRow], number: int, position: int) -> None:
        """Moves the checkpoint; the library refuses to move it backwards."""
        self._insert_tracking(cursor, Tracking(application_name(number), position))
        self._note_applied(cursor, number, position, None)

    def vacuum(self, number: int) -> None:
        """After much was written: readers find it faster."""
        with self._connection() as connection:
            connection.execute(query("vacuum_tables", number))

    def close(self) -> None:
        """Closes the connections."""
        self.datastore.close()

    def _begin_active(self, cursor: Cursor[DictRow], lost: Checkpoint | None) -> Checkpoint:
        if lost is not None:
            self.remove(cursor, lost.generation)
        number = self.begin(cursor, "live", active=True)
        Tables(cursor, number).create_indexes()
        return Checkpoint(number, 0)

    def _note_applied(
        self, cursor: Cursor[DictRow], number: int, position: int, entry: Entry | None
    ) -> bool:
        read = {
            "originator_id": entry and entry.originator_id,
            "topic": entry and entry.topic,
            "state": entry and entry.state,
        }
        standing = {"number": number, "position": position}
        cursor.execute(query("note_applied"), standing | read, prepare=True)
        return cursor.fetchone() is not None

    @contextmanager
    def _connection(self) -> Generator[Connection[DictRow]]:
        try:
            with self.datastore.get_connection() as connection:
                yield connection
        except STORE_AWAY as error:
            raise StoreUnreachable(f"Postgres does not answer: {error}") from error

    @contextmanager
    def _alone(self) -> Generator[Cursor[DictRow]]:
        """A transaction which nobody else is in who makes tables."""
        with self.transaction() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_SCHEMA_LOCK,))
            yield cursor


def _active(cursor: Cursor[DictRow]) -> tuple[Checkpoint | None, bool]:
    """The active generation, and whether it is of the history that the store has."""
    cursor.execute(query("select_active"), prepare=True)
    row = cursor.fetchone()
    if row is None:
        return None, False
    return Checkpoint(row["number"], row["position"], row["release"]), row["holds"]
