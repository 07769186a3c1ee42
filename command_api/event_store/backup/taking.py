"""Takes a backup: one snapshot, so that it is the store as of one position, whole."""

import gzip
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import IsolationLevel

from command_api.event_store.backup.connection import connected
from command_api.event_store.backup.errors import BackupRefused
from command_api.event_store.backup.manifest import Contents, Manifest
from command_api.event_store.backup.tables import TABLES, Table
from command_api.event_store.queries import query

COMPRESSION = 1
"""Of gzip's nine: a log shrinks well at once, and reading it should be the slower part."""

Tell = Callable[[str, int, int], None]
"""Told now and then: of which table, how many rows are done, and of how many positions."""


def take(database_url: str, place: Path, tell: Tell) -> Manifest:
    """Writes the store as of now into a new directory, which only its owner can read.

    Everything goes on meanwhile. The directory appears when it is whole and on the disk, or not
    at all. Raises BackupRefused, StoreFailed, OSError.
    """
    if place.exists():
        raise BackupRefused(f"{place} is there already: name a directory that is not")
    place.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    try:
        with connected(database_url) as connection:
            manifest = _copy(connection, unfinished, tell)
        manifest.write(unfinished)
        for file in (*unfinished.iterdir(), unfinished):
            _onto_disk(file)
        unfinished.rename(place)
        _onto_disk(place.parent)
    except BaseException:  # whatever it was, nothing half done is left, and it goes on upwards
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return manifest


def _copy(connection: psycopg.Connection, directory: Path, tell: Tell) -> Manifest:
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    with connection.transaction():
        [epoch] = connection.execute(query("select_epoch")).fetchone() or (None,)
        if epoch is None:
            raise BackupRefused("this event store has no epoch yet: there is nothing to keep")
        [head] = connection.execute(query("select_head")).fetchone() or (0,)
        return Manifest(
            taken_at=datetime.now(UTC),
            epoch=epoch,
            head=head or 0,
            tables={
                table.name: _copy_table(connection, table, directory, head or 0, tell)
                for table in TABLES
            },
        )


def _copy_table(
    connection: psycopg.Connection, table: Table, directory: Path, head: int, tell: Tell
) -> Contents:
    rows, digest = 0, hashlib.sha256()
    file = directory / table.file
    with (
        gzip.open(file, "wb", COMPRESSION) as compressed,
        connection.cursor() as cursor,
        cursor.copy(table.copy_out) as copy,
    ):
        for block in copy:
            rows += bytes(block).count(b"\n")  # a line break inside a value is written as \n
            digest.update(block)
            compressed.write(block)
            tell(table.name, rows, head)
    return Contents(rows=rows, sha256=digest.hexdigest())


def _onto_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
