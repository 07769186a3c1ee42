"""The recorder: the `eventsourcing` library's Postgres recorder with group commit.

Keeps the library's promise that positions appear in commit order (table lock), and adds that a
lost reply to COMMIT becomes neither a duplicate nor a false conflict.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from eventsourcing.persistence import (
    IntegrityError,
    InterfaceError,
    InternalError,
    Notification,
    OperationalError,
    StoredEvent,
)
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg import Cursor
from psycopg.rows import DictRow

from command_api.event_store.errors import AppendInDoubt
from command_api.event_store.group_commit import Append, GroupCommitter
from command_api.event_store.metrics import APPEND_SECONDS, APPENDS_GROUPED
from command_api.event_store.queries import query

RETRY_SECONDS_MAX = 5.0
"""How long a group is tried again while the store cannot be reached."""

RETRY_PAUSE_SECONDS = 0.1

STORE_AWAY = (OperationalError, InterfaceError, InternalError)
"""How the library reports a store that cannot be reached, or that cut a connection off."""

Positions = dict[tuple[UUID | str, int], int]
Look = Callable[[Cursor[DictRow]], object]


class CommitUnanswered(Exception):
    """The connection went away over a COMMIT: it may have been carried out, or not."""


class GroupCommitRecorder(PostgresApplicationRecorder):
    """Many savers, one transaction; each save atomic on its own. Safe to share by threads."""

    def __init__(
        self,
        datastore: PostgresDatastore,
        *,
        events_table_name: str = "stored_events",
        look: Look | None = None,
    ) -> None:
        """`look` is called inside every group's transaction."""
        super().__init__(datastore, events_table_name=events_table_name)
        names = {"schema": datastore.schema, "events_table": events_table_name}
        self._append_events = query("append_events", **names)
        self._find_events = query("find_events", **names)
        self._select_aggregate = query("select_aggregate", **names)
        self._select_last_version = query("select_last_version", **names)
        self._look = look
        self._committer = GroupCommitter(self._commit_group)

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        assumed: Mapping[int, UUID] | None = None,
        **kwargs: Any,
    ) -> Sequence[int]:
        """Appends the events as one and returns their positions, in the same order.

        `assumed` says whose event stands at which position: what was read before may be of a
        store that was replaced since. Raises IntegrityError if it does not stand there or another
        event has one of their places, StoreBusy if too many
        appends wait, OperationalError or InterfaceError if the store cannot be reached (nothing
        is stored then), AppendInDoubt if it went away over the commit.
        """
        # The library hands its tracking through every save; projections keep checkpoints instead.
        assert all(value is None for value in kwargs.values()), f"not supported: {kwargs}"
        if not stored_events:
            return []
        with APPEND_SECONDS.time():
            return self._committer.append(stored_events, assumed)

    def select_aggregate(self, originator_id: UUID) -> list[Notification]:
        """An aggregate's events with their positions, oldest first; empty if there are none."""
        with self.datastore.get_connection() as conn, conn.cursor() as cursor:
            cursor.execute(self._select_aggregate, {"originator_id": originator_id}, prepare=True)
            return [
                Notification(
                    id=row["notification_id"],
                    originator_id=originator_id,
                    originator_version=row["originator_version"],
                    topic=row["topic"],
                    state=bytes(row["state"]),
                )
                for row in cursor.fetchall()
            ]

    def select_last_version(self, originator_id: UUID) -> tuple[int, int]:
        """Version and position of an aggregate's newest event; (0, 0) if there is none."""
        with self.datastore.get_connection() as conn, conn.cursor() as cursor:
            cursor.execute(
                self._select_last_version, {"originator_id": originator_id}, prepare=True
            )
            row = cursor.fetchone()
        return (row["originator_version"], row["notification_id"]) if row else (0, 0)

    def close(self) -> None:
        """Commits what waits and stops the committing thread."""
        self._committer.close()

    def _commit_group(self, group: Sequence[Append]) -> None:
        deadline = time.monotonic() + RETRY_SECONDS_MAX
        pending, in_doubt = list(group), False
        while True:
            try:
                pending = self._transact(pending, look_first=in_doubt)
            except (CommitUnanswered, *STORE_AWAY) as error:
                in_doubt = in_doubt or isinstance(error, CommitUnanswered)
                if time.monotonic() > deadline:
                    if in_doubt:
                        raise AppendInDoubt(f"no answer to a commit: {error}") from error
                    raise
                time.sleep(RETRY_PAUSE_SECONDS)
            else:
                break
        for append in pending:
            append.positions.set_exception(
                IntegrityError("this place is taken, or what it follows from does not stand there")
            )

    def _transact(self, appends: list[Append], *, look_first: bool) -> list[Append]:
        """One transaction. Settles what is stored and returns what was refused.

        `look_first`: an earlier try may have been committed although its reply was lost. The
        table lock waits until that transaction has ended, so the look is conclusive.
        """
        stored: Positions = {}
        commits = False
        try:
            with self.datastore.transaction(commit=True) as cursor:
                self._lock_table(cursor)
                self._notify_channel(cursor)
                if self._look is not None:
                    self._look(cursor)
                missing = appends
                if look_first:
                    stored |= _run(cursor, self._find_events, _columns(appends))
                    missing = [append for append in appends if not append.places <= stored.keys()]
                if missing:
                    columns = _columns(missing) | _assumptions(missing)
                    stored |= _run(cursor, self._append_events, columns)
                commits = True
        except STORE_AWAY as error:
            if commits:
                raise CommitUnanswered(str(error)) from error
            raise
        APPENDS_GROUPED.observe(len(appends))
        refused: list[Append] = []
        for append in appends:
            if append.places <= stored.keys():
                append.positions.set_result(_positions_of(append, stored))
            else:
                refused.append(append)
        return refused


def _columns(appends: list[Append]) -> dict[str, list[Any]]:
    rows = [(number, event) for number, append in enumerate(appends) for event in append.events]
    return {
        "appends": [number for number, _ in rows],
        "originator_ids": [event.originator_id for _, event in rows],
        "originator_versions": [event.originator_version for _, event in rows],
        "topics": [event.topic for _, event in rows],
        "states": [event.state for _, event in rows],
    }


def _assumptions(appends: list[Append]) -> dict[str, list[Any]]:
    rows = [
        (number, position, originator_id)
        for number, append in enumerate(appends)
        for position, originator_id in append.assumed.items()
    ]
    return {
        "assuming": [number for number, _, _ in rows],
        "assumed_positions": [position for _, position, _ in rows],
        "assumed_ids": [originator_id for _, _, originator_id in rows],
    }


def _run(cursor: Cursor[DictRow], statement: Any, columns: dict[str, list[Any]]) -> Positions:
    cursor.execute(statement, columns, prepare=True, binary=True)
    return {
        (row["originator_id"], row["originator_version"]): row["notification_id"]
        for row in cursor.fetchall()
    }


def _positions_of(append: Append, stored: Positions) -> list[int]:
    return [stored[event.originator_id, event.originator_version] for event in append.events]
