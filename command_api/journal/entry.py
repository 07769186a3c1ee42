"""A command in the journal, and how it fares."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from command_api.commands import AnyCommand
from command_api.errors import JournalFailed
from command_api.journal.state import State

_decoder = msgspec.json.Decoder(AnyCommand)


@dataclass(frozen=True, slots=True)
class Entry:
    """A command's place in the journal. `command` is None once it is done.

    `position`, and the `epoch` of the history that has it there, are known of what is done,
    `status` and `reason` of what was rejected. Older files did not keep the epoch.
    """

    number: int
    id: UUID
    person: UUID
    subject: UUID
    kind: str
    fingerprint: bytes
    accepted_at: datetime
    command: AnyCommand | None
    state: State
    epoch: str | None
    position: int | None
    status: int | None
    reason: str | None


def columns_of(command: AnyCommand) -> dict[str, object]:
    """A command as it is written down."""
    return {
        "id": str(command.id),
        "person": str(command.person),
        "kind": command.__struct_config__.tag,
        "fingerprint": command.fingerprint(),
        "subject": str(command.subject),
        "accepted_at": command.at.isoformat(),
        "command": msgspec.json.encode(command),
    }


def entry_of(row: sqlite3.Row) -> Entry:
    """A command as it stands in the journal.

    Raises JournalFailed if that is not how it was written down: what the row says of a command
    stands in the command as well. SQLite keeps no checksums, so a bad disk is noticed only here.
    """
    try:
        entry = _decoded(row)
        is_whole = entry.command is None or _agrees(row, entry.command)
    except (ValueError, TypeError, IndexError, msgspec.MsgspecError) as error:
        raise _damaged(row) from error
    if not is_whole:
        raise _damaged(row)
    return entry


def _agrees(row: sqlite3.Row, command: AnyCommand) -> bool:
    told = columns_of(command)
    del told["command"]  # another version may write it down in another way
    return all(row[name] == what for name, what in told.items())


def _decoded(row: sqlite3.Row) -> Entry:
    return Entry(
        number=row["number"],
        id=UUID(row["id"]),
        person=UUID(row["person"]),
        subject=UUID(row["subject"]),
        kind=row["kind"],
        fingerprint=row["fingerprint"],
        accepted_at=datetime.fromisoformat(row["accepted_at"]),
        command=None if row["command"] is None else _decoder.decode(row["command"]),
        state=State(row["state"]),
        epoch=row["epoch"],
        position=row["position"],
        status=row["status"],
        reason=row["reason"],
    )


def _damaged(row: sqlite3.Row) -> JournalFailed:
    return JournalFailed(
        f"entry {row[0]!r} of the journal is damaged: is the disk at fault? Put the file "
        "back from a copy, or delete this entry from it, whose command is lost then"
    )
