"""`slackwater journal`: what waits in a journal, what was rejected, and trying it again.

Works on the file itself, whether or not its command API runs.
"""

import json
from collections.abc import Generator
from contextlib import closing, contextmanager
from uuid import UUID

from rich.console import Console
from rich.table import Table

from command_api.errors import JournalError
from command_api.journal.entry import Entry
from command_api.journal.file import JournalFile
from command_api.journal.state import State
from launcher.data_directory import DataDirectory
from launcher.errors import JournalUnavailable
from launcher.settings import Settings

console = Console()


def list_journal(settings: Settings, *, state: State | None, limit: int, as_json: bool) -> int:
    """Prints the newest commands of the journal, oldest first; never what they say."""
    with _file(settings) as file:
        rows = [_row(entry) for entry in file.entries(state, limit)]
    if as_json:
        print(json.dumps(rows, indent=2))
        return 0
    table = Table("accepted", "command", "kind", "person", "state", "position", "rejected because")
    for row in rows:
        reason = "" if row["status"] is None else f"{row['status']}: {row['reason']}"
        position = "" if row["position"] is None else str(row["position"])
        named = (str(row[name]) for name in ("accepted_at", "id", "kind", "person", "state"))
        table.add_row(*named, position, reason)
    console.print(table)
    return 0


def retry_rejected(settings: Settings, command_id: UUID | None, *, as_json: bool) -> int:
    """Lets rejected commands (all: None) wait again. Returns 1 if there was none."""
    with _file(settings) as file:
        queued = file.requeue(command_id)
    if as_json:
        print(json.dumps({"queued": queued}))
    else:
        console.print(f"{queued} rejected commands wait again", highlight=False)
    return 0 if queued else 1


@contextmanager
def _file(settings: Settings) -> Generator[JournalFile]:
    path = settings.journal or DataDirectory(settings.data_dir).journal_file
    if not path.exists():
        raise JournalUnavailable(
            f"there is no journal {path}; name one with SLACKWATER_JOURNAL or --data-dir"
        )
    try:
        with closing(JournalFile(path, durable=True)) as file:
            file.make_tables()  # it may be of an older version
            yield file
    except JournalError as error:
        raise JournalUnavailable(str(error)) from error


def _row(entry: Entry) -> dict[str, str | int | None]:
    return {
        "id": str(entry.id),
        "kind": entry.kind,
        "person": str(entry.person),
        "subject": str(entry.subject),
        "accepted_at": entry.accepted_at.isoformat(),
        "state": entry.state.value,
        "epoch": entry.epoch,
        "position": entry.position,
        "status": entry.status,
        "reason": entry.reason,
    }
