"""The recorder: the `eventsourcing` library's Postgres recorder with group commit.

Keeps the library's promise that positions appear in commit order (table lock), and adds that a
lost reply to COMMIT becomes neither a duplicate nor a false conflict, and that a command which
is to be remembered is stored once.
"""

import time
from collections.abc import Callable, Sequence
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
from eventsourcing.postgres import PostgresApplicationRecorder
from psycopg.sql import SQL, Identifier

from command_api.event_store.columns import assumptions_of, events_of
from command_api.event_store.command_records import CommandRecord, CommandRecords, CommandStands
from command_api.event_store.datastore import UrlDatastore
from command_api.event_store.epoch import epoch_in
from command_api.event_store.errors import AppendInDoubt, CommitUnanswered
from command_api.event_store.group_commit import Append, GroupCommitter
from command_api.event_store.metrics import APPEND_SECONDS, APPENDS_GROUPED
from command_api.event_store.patience import Patience
from command_api.event_store.person_keys import PersonKeys
from command_api.event_store.positions import (
    Positions,
    positions_from,
    positions_of,
    records_of,
    to_be_stored,
)
from command_api.event_store.queries import query
from command_api.event_store.trace_contexts import TraceContexts

RETRY_SECONDS_MAX = 5.0
"""How long a group is tried again while the store cannot be reached."""

RETRY_PAUSE_SECONDS = 0.1

STORE_AWAY = (OperationalError, InterfaceError, InternalError)
"""How the library reports a store that cannot be reached, or that cut a connection off."""


class GroupCommitRecorder(PostgresApplicationRecorder):
    """Many savers, one transaction; each save atomic on its own. Safe to share by threads."""

    datastore: UrlDatastore  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(
        self,
        datastore: UrlDatastore,
        *,
        events_table_name: str = "stored_events",
        on_epoch: Callable[[str], None] | None = None,
        patience: Patience | None = None,
    ) -> None:
        """`on_epoch` is told the store's epoch inside every group's transaction."""
        super().__init__(datastore, events_table_name=events_table_name)
        names = {"schema": datastore.schema, "events_table": events_table_name}
        notify = SQL("NOTIFY {}").format(Identifier(self.channel_name))
        opening = [SQL("BEGIN"), query("plan_appends"), *self.lock_table_statements, notify]
        if on_epoch is not None:
            opening.append(query("select_epoch"))
        # Without parameters they are one round trip.
        self._opening = SQL("; ").join(opening)
        self._append_events = query("append_events", **names)
        self._find_events = query("find_events", **names)
        self._select_aggregate = query("select_aggregate", **names)
        self._select_last_version = query("select_last_version", **names)
        self._select_head = query("select_head", **names)
        self._on_epoch = on_epoch
        self._records = CommandRecords(datastore.schema)
        self._keys = PersonKeys(datastore.schema)
        self._traces = TraceContexts(datastore.schema)
        self._retry_seconds = patience.retry_seconds if patience else RETRY_SECONDS_MAX
        self._committer = GroupCommitter(
            self._commit_group, answer_seconds=patience.answer_seconds if patience else None
        )

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:
        """Appends the events as one and returns their positions, in the same order.

        Raises IntegrityError if another event has one of their places, StoreBusy if too many
        appends wait, OperationalError or InterfaceError if the store cannot be reached (nothing
        is stored then), AppendInDoubt if it went away over the commit.
        """
        # The library hands its tracking through every save; projections keep checkpoints instead.
        assert all(value is None for value in kwargs.values()), f"not supported: {kwargs}"
        return self.append(Append(stored_events))

    def append(self, append: Append) -> Sequence[int]:
        """As `insert_events`; a command with a record is remembered in the same transaction.

        Raises IntegrityError also if what it assumes does not stand so: what was read before may be
        of a store that was replaced since, or somebody may be gone. Raises CommandStands if a
        command of this id was carried out before.
        """
        if not append.events and append.record is None:
            return []
        with APPEND_SECONDS.time():
            return self._committer.append(append)

    async def append_awaited(self, append: Append) -> Sequence[int]:
        """As `append`, for a caller on an event loop. Raises the same; after StoreBusy or
        InterfaceError nothing is stored, and nobody needs to look for it.
        """
        with APPEND_SECONDS.time():
            return await self._committer.append_awaited(append)

    def append_together(self, appends: Sequence[Append]) -> None:
        """Stores several appends in one transaction, in their order: what became of each, its
        `positions` tell.

        Raises StoreBusy, OperationalError or InterfaceError if the store cannot be reached (none
        is stored then), AppendInDoubt if it went away over the commit.
        """
        with APPEND_SECONDS.time():
            self._committer.append_together(appends)
        for append in appends:
            if isinstance(error := append.positions.exception(), STORE_AWAY):
                raise error

    def select_commands(self, command_ids: Sequence[UUID]) -> dict[UUID, CommandRecord]:
        """What these commands did, as far as they were carried out and are remembered."""
        with self.datastore.get_connection() as conn:
            return self._records.find(conn, command_ids)

    def select_key(self, person: UUID) -> bytes | None:
        """A person's key; None: they have none, or not any more."""
        with self.datastore.get_connection() as conn:
            return self._keys.find(conn, person)

    def forget_commands(self, *, seconds: float, limit: int) -> int:
        """Forgets at most `limit` commands recorded longer ago; returns how many."""
        with self.datastore.get_connection() as conn:
            return self._records.forget(conn, seconds=seconds, limit=limit)

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

    def select_head(self) -> int:
        """The newest position; 0 if there is none. Asked once: the library's own asks ten times."""
        with self.datastore.get_connection() as conn, conn.cursor() as cursor:
            cursor.execute(self._select_head, prepare=True)
            row = cursor.fetchone()
        return row["head"] or 0 if row else 0

    def close(self) -> None:
        """Commits what waits and stops the committing thread."""
        self._committer.close()

    def _commit_group(self, group: Sequence[Append]) -> None:
        deadline = time.monotonic() + self._retry_seconds
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
        standing: dict[UUID, CommandRecord] = {}
        commits, epoch = False, ""
        try:
            with self.datastore.begun_by(self._opening) as cursor:
                if self._on_epoch is not None:
                    epoch = epoch_in(cursor)
                    self._on_epoch(epoch)
                if look_first:
                    stored |= positions_from(cursor, self._find_events, events=events_of(appends))
                ids = [append.record.id for append in appends if append.record is not None]
                standing = self._records.find(cursor, ids)
                missing = to_be_stored(appends, stored, standing, epoch)
                if any(append.events for append in missing):
                    given = {"events": events_of(missing), "assumptions": assumptions_of(missing)}
                    stored |= positions_from(cursor, self._append_events, **given)
                if records := records_of(missing, stored):
                    self._records.record(cursor, records)
                self._keys.take_over(cursor, missing, stored)
                self._traces.keep(cursor, missing, stored)
                commits = True
        except STORE_AWAY as error:
            if commits:
                raise CommitUnanswered(str(error)) from error
            raise
        APPENDS_GROUPED.observe(len(appends))
        return _settled(appends, stored, standing)


def _settled(
    appends: Sequence[Append], stored: Positions, standing: dict[UUID, CommandRecord]
) -> list[Append]:
    """Tells each what became of it, and returns those that were refused."""
    refused: list[Append] = []
    for append in appends:
        if append.record is not None and append.record.id in standing:
            append.positions.set_exception(CommandStands(standing[append.record.id]))
        elif append.places <= stored.keys():
            append.positions.set_result(positions_of(append, stored))
        else:
            refused.append(append)
    return refused
