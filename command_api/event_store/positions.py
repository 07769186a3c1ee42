"""Which position each event of a group of appends got."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from psycopg import Cursor
from psycopg.rows import DictRow

from command_api.event_store.command_records import CommandRecord
from command_api.event_store.group_commit import Append

Positions = dict[tuple[UUID | str, int], int]
"""By place: aggregate and version."""


def positions_from(cursor: Cursor[DictRow], statement: Any, **given: str) -> Positions:
    """What the statement says about these events."""
    cursor.execute(statement, given, prepare=True, binary=True)
    return {
        (row["originator_id"], row["originator_version"]): row["notification_id"]
        for row in cursor.fetchall()
    }


def positions_of(append: Append, stored: Positions) -> list[int]:
    """Those of one append, in the order of its events."""
    return [stored[event.originator_id, event.originator_version] for event in append.events]


def records_of(appends: Sequence[Append], stored: Positions) -> list[CommandRecord]:
    """What is to be remembered of those of these appends that are stored."""
    return [
        replace(append.record, position=positions_of(append, stored)[-1])
        if append.events
        else append.record
        for append in appends
        if append.record is not None and append.places <= stored.keys()
    ]


def to_be_stored(
    appends: Sequence[Append], stored: Positions, standing: dict[UUID, CommandRecord], epoch: str
) -> list[Append]:
    """Those that were not stored before, and that nothing seals but a key of this epoch."""
    return [
        append
        for append in appends
        if not _is_settled(append, stored, standing) and append.key_epoch in {"", epoch}
    ]


def _is_settled(append: Append, stored: Positions, standing: dict[UUID, CommandRecord]) -> bool:
    """Whether it was stored before; of a command with a record, the record tells."""
    if append.record is not None:
        return append.record.id in standing
    return append.places <= stored.keys()
