"""`slackwater backup` and `slackwater restore`: the event store in a directory, and back."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console

from command_api.event_store.backup.errors import BackupError
from command_api.event_store.backup.manifest import Manifest
from command_api.event_store.backup.putting_back import put_back
from command_api.event_store.backup.taking import take
from launcher.errors import LaunchError
from launcher.progress_bar import ProgressBar
from launcher.required import database_url
from launcher.schema import make_schema
from launcher.settings import Settings

console = Console()


def run_backup(settings: Settings, place: Path, *, as_json: bool) -> int:
    """Writes the event store into a new directory. Returns 0. Raises LaunchError, OSError."""
    url = database_url(settings)
    with _said_plainly(), _Rows("backup") as rows:
        manifest = take(url, place, rows.tell)
    if as_json:
        _print(manifest, {})
    else:
        console.print(
            f"{place}: {manifest.tables['events'].rows:,} events, up to position "
            f"{manifest.head:,} of epoch {manifest.epoch}",
            highlight=False,
        )
    return 0


def run_restore(settings: Settings, place: Path, *, as_json: bool) -> int:
    """Puts a backup back into an empty database. Returns 0. Raises LaunchError, OSError."""
    url = database_url(settings)
    make_schema(settings)
    with _said_plainly(), _Rows("restore") as rows:
        manifest, epoch = put_back(url, place, rows.tell)
    if as_json:
        _print(manifest, {"restored_as": epoch})
    else:
        console.print(
            f"{manifest.tables['events'].rows:,} events are back, up to position "
            f"{manifest.head:,}, as of {manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC.\n"
            f"This history is epoch {epoch} from now on, no longer {manifest.epoch}: feed tokens "
            "from before are void. Relay and projectors build the read models by themselves.",
            highlight=False,
        )
    return 0


def _print(manifest: Manifest, more: dict[str, Any]) -> None:
    print(json.dumps(msgspec.to_builtins(manifest) | more, indent=2))


@contextmanager
def _said_plainly() -> Generator[None]:
    try:
        yield
    except BackupError as error:
        raise LaunchError(str(error)) from error


class _Rows(ProgressBar):
    """How many rows are copied; a phase for each table."""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self._table = ""

    def tell(self, table: str, rows: int, positions: int) -> None:
        """So many rows of this table; of the events there are as many as positions."""
        if table != self._table:
            self._table = table
            self.begin(table, positions if table == "events" else None)
        self.at(rows, f"{rows:,}")
