"""Puts a backup back: into an empty store, in one transaction, under a new epoch."""

import gzip
import hashlib
import zlib
from pathlib import Path
from typing import BinaryIO, cast

import psycopg
from psycopg import sql

from command_api.event_store.backup.connection import connected
from command_api.event_store.backup.errors import BackupDamaged, BackupRefused
from command_api.event_store.backup.manifest import Contents, Manifest, read_manifest
from command_api.event_store.backup.tables import EVENTS, TABLES, Table
from command_api.event_store.backup.taking import Tell
from command_api.event_store.queries import query

BLOCK_BYTES = 1 << 20


def put_back(database_url: str, place: Path, tell: Tell) -> tuple[Manifest, str]:
    """The store is as it was when the backup was taken, but for its epoch, which is another.

    Returns what the backup says of itself, and the epoch: what clients hold under the old one is
    void. The tables have to be there, and empty.
    Raises BackupRefused, BackupDamaged, StoreFailed, OSError; nothing is changed then.
    """
    manifest = read_manifest(place)
    with connected(database_url) as connection, connection.transaction():
        for table in TABLES:
            _lock_empty(connection, table)
        is_used = _has_given_positions(connection)
        for table in TABLES:
            _load(connection, table, place, manifest, tell)
        _go_on_after(connection, manifest.head)
        row = connection.execute(
            query("restored_epoch"), {"replaces": manifest.epoch, "is_used": is_used}
        ).fetchone()
        assert row is not None, "the epoch is created together with the store"
    return manifest, row[0]


def _has_given_positions(connection: psycopg.Connection) -> bool:
    [sequence] = connection.execute(
        "SELECT pg_get_serial_sequence(%s, 'notification_id')", (EVENTS.stored_as,)
    ).fetchone() or (None,)
    assert sequence is not None, "positions come from a sequence"
    [is_called] = connection.execute(
        sql.SQL("SELECT is_called FROM {}").format(sql.Identifier(*sequence.split(".")))
    ).fetchone() or (True,)
    return is_called


def _lock_empty(connection: psycopg.Connection, table: Table) -> None:
    name = sql.Identifier(table.stored_as)
    connection.execute(sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(name))
    if connection.execute(sql.SQL("SELECT FROM {} LIMIT 1").format(name)).fetchone() is not None:
        raise BackupRefused(
            f"this database has {table.name} already: put a backup back into an empty one"
        )


def _load(
    connection: psycopg.Connection, table: Table, place: Path, manifest: Manifest, tell: Tell
) -> None:
    file = place / table.file
    try:
        wanted = manifest.tables[table.name]
        with gzip.open(file, "rb") as compressed, connection.cursor() as cursor:
            found = _copy_in(cursor, table, cast("BinaryIO", compressed), manifest.head, tell)
    except (KeyError, FileNotFoundError) as error:
        raise BackupDamaged(f"{place} holds no {table.name}") from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise BackupDamaged(f"{file} is damaged: {error}") from error
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        raise BackupDamaged(f"{file} does not hold rows of {table.name}: {error}") from error
    if found != wanted:
        raise BackupDamaged(f"{file} does not hold what was written into it: its SHA-256 differs")


def _copy_in(
    cursor: psycopg.Cursor, table: Table, source: BinaryIO, head: int, tell: Tell
) -> Contents:
    rows, digest = 0, hashlib.sha256()
    with cursor.copy(table.copy_in) as copy:
        while block := source.read(BLOCK_BYTES):
            rows += block.count(b"\n")
            digest.update(block)
            copy.write(block)
            tell(table.name, rows, head)
    return Contents(rows=rows, sha256=digest.hexdigest())


def _go_on_after(connection: psycopg.Connection, head: int) -> None:
    """The next event gets the position after the newest that came back."""
    [found] = connection.execute(query("select_head")).fetchone() or (0,)
    if (found or 0) != head:
        raise BackupDamaged(f"its newest event is at position {found}, not at {head} as it says")
    if head:
        connection.execute(
            "SELECT setval(pg_get_serial_sequence(%s, 'notification_id'), %s)",
            (EVENTS.stored_as, head),
        )
