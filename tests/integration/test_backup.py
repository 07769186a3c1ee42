"""Backups of the event store: whole, under traffic, and put back all or not at all."""

import threading
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from command_api.application import Slackwater
from command_api.event_store.backup.errors import BackupRefused, StoreFailed
from command_api.event_store.backup.manifest import read_manifest
from command_api.event_store.backup.putting_back import put_back
from command_api.event_store.backup.tables import TABLES
from command_api.event_store.backup.taking import take
from tests.integration.kept_stores import EPOCH, EVENTS, everything, nobody, rows
from tests.rewriting import rewriting
from tests.waiting import until


@pytest.mark.usefixtures("kept")
def test_what_is_put_back_is_row_by_row_what_was_kept(
    database_url: str, empty_store: str, tmp_path: Path
) -> None:
    take(database_url, tmp_path / "backup", nobody)
    put_back(empty_store, tmp_path / "backup", nobody)
    kept, found = everything(database_url), everything(empty_store)
    assert all(kept.values()), "there is something in every table"
    assert found == kept


def test_a_restored_history_goes_on_under_a_name_of_its_own(
    kept: Slackwater, database_url: str, empty_store: str, tmp_path: Path
) -> None:
    manifest = take(database_url, tmp_path / "backup", nobody)
    [[epoch, _]] = rows(database_url, EPOCH)
    assert (manifest.epoch, manifest.head) == (epoch, kept.recorder.select_head())
    [[own, _]] = rows(empty_store, EPOCH)
    assert put_back(empty_store, tmp_path / "backup", nobody) == (manifest, own)
    assert rows(empty_store, EPOCH) == [(own, epoch)]
    assert own != epoch
    with closing(Slackwater(empty_store)) as restored:
        restored.open()
        newcomer = restored.register(handle="newcomer", display_name=None)
    assert newcomer.position == manifest.head + 2  # a handle is taken, a person is there


@pytest.mark.usefixtures("kept")
def test_a_store_that_had_a_history_before_gets_another_name(
    database_url: str, tmp_path: Path
) -> None:
    manifest = take(database_url, tmp_path / "backup", nobody)
    with psycopg.connect(database_url) as connection, rewriting(connection):
        for table in TABLES:
            connection.execute(SQL("TRUNCATE {}").format(Identifier(table.stored_as)))
    _, renamed = put_back(database_url, tmp_path / "backup", nobody)
    assert rows(database_url, EPOCH) == [(renamed, manifest.epoch)]
    assert renamed != manifest.epoch


def test_a_store_without_any_event_can_be_kept_and_put_back(
    write_model: Slackwater, database_url: str, empty_store: str, tmp_path: Path
) -> None:
    assert take(database_url, tmp_path / "backup", nobody).head == 0
    put_back(empty_store, tmp_path / "backup", nobody)
    with closing(Slackwater(empty_store)) as restored:
        restored.open()
        first = restored.register(handle="first", display_name=None)
    assert first.position == 2  # a handle is taken, a person is there


def test_a_backup_under_traffic_is_the_whole_store_as_of_one_position(
    kept: Slackwater, database_url: str, empty_store: str, tmp_path: Path
) -> None:
    author = kept.register(handle="busy", display_name=None).id
    before, stop = kept.recorder.select_head(), threading.Event()

    def write() -> None:
        while not stop.is_set():
            kept.publish(author_id=author, text="meanwhile")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        until(lambda: kept.recorder.select_head() > before, "somebody writes")
        manifest = take(database_url, tmp_path / "backup", nobody)
        until(lambda: kept.recorder.select_head() > manifest.head, "and goes on")
    finally:
        stop.set()
        writer.join()
    put_back(empty_store, tmp_path / "backup", nobody)
    assert manifest.head > before
    assert rows(empty_store, EVENTS) == rows(database_url, EVENTS)[: manifest.head]


@pytest.mark.usefixtures("kept")
def test_a_store_that_holds_something_is_not_written_into(
    database_url: str, tmp_path: Path
) -> None:
    take(database_url, tmp_path / "backup", nobody)
    before = everything(database_url)
    with pytest.raises(BackupRefused, match="has events already"):
        put_back(database_url, tmp_path / "backup", nobody)
    assert everything(database_url) == before


@pytest.mark.usefixtures("kept")
def test_no_backup_is_written_over_another_and_only_its_owner_can_read_it(
    database_url: str, tmp_path: Path
) -> None:
    take(database_url, tmp_path / "deep" / "backup", nobody)
    place = tmp_path / "deep" / "backup"
    assert place.stat().st_mode & 0o077 == 0
    before = read_manifest(place)
    with pytest.raises(BackupRefused, match="is there already"):
        take(database_url, place, nobody)
    assert read_manifest(place) == before


@pytest.mark.usefixtures("kept")
def test_a_backup_that_fails_half_way_leaves_nothing(database_url: str, tmp_path: Path) -> None:
    def cut_off(table: str, rows: int, positions: int) -> None:
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'slackwater backup'"
            )

    with pytest.raises(StoreFailed):
        take(database_url, tmp_path / "backup", cut_off)
    assert list(tmp_path.iterdir()) == []


def test_a_database_without_a_store_cannot_be_kept(database_url: str, tmp_path: Path) -> None:
    with pytest.raises(StoreFailed, match="no event store"):
        take(database_url, tmp_path / "backup", nobody)
    assert list(tmp_path.iterdir()) == []
