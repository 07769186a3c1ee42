"""What a backup says of itself: which history it is, how far it goes, and what each file holds."""

from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from command_api.event_store.backup.errors import BackupDamaged, BackupRefused

FORMAT: Final = 2
MANIFEST: Final = "manifest.json"


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """Of one file: its rows, and the SHA-256 of what is compressed in it."""

    rows: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """`head` is the newest position; `tables` says what each table's file holds."""

    format: int = FORMAT
    taken_at: datetime
    epoch: str
    head: int
    tables: dict[str, Contents]

    def write(self, directory: Path) -> None:
        """Into the directory of the backup."""
        text = msgspec.json.format(msgspec.json.encode(self), indent=2)
        (directory / MANIFEST).write_bytes(text + b"\n")


def read_manifest(directory: Path) -> Manifest:
    """Raises BackupRefused if there is none, BackupDamaged if it cannot be read."""
    file = directory / MANIFEST
    try:
        manifest = msgspec.json.decode(file.read_bytes(), type=Manifest)
    except FileNotFoundError as error:
        raise BackupRefused(f"{directory} holds no backup: there is no {MANIFEST}") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BackupDamaged(f"{file} cannot be read: {error}") from error
    if manifest.format != FORMAT:
        raise BackupRefused(
            f"{directory} is a backup of format {manifest.format}, and this version reads "
            f"{FORMAT}: put it back with the version that took it"
        )
    return manifest
