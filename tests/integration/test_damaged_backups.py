"""What is read of a backup is what was written, or nothing of it is put back."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from command_api.event_store.backup.errors import BackupDamaged, BackupRefused
from command_api.event_store.backup.manifest import MANIFEST
from command_api.event_store.backup.putting_back import put_back
from command_api.event_store.backup.tables import TABLES
from command_api.event_store.backup.taking import take
from tests.integration.kept_stores import EPOCH, everything, nobody, rows


def flip_a_byte(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def cut_in_half(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])


def empty(file: Path) -> None:
    file.write_bytes(b"")


def leave_out_the_last_row(file: Path) -> None:
    lines = gzip.decompress(file.read_bytes()).splitlines(keepends=True)
    file.write_bytes(gzip.compress(b"".join(lines[:-1])))


def write_something_else(file: Path) -> None:
    file.write_bytes(gzip.compress(b"what is this\n"))


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("table", [table.name for table in TABLES])
@pytest.mark.parametrize(
    "damage",
    [flip_a_byte, cut_in_half, empty, leave_out_the_last_row, write_something_else, Path.unlink],
    ids=lambda one: one.__name__,
)
def test_a_damaged_backup_is_refused_and_nothing_of_it_is_put_back(
    database_url: str,
    empty_store: str,
    tmp_path: Path,
    table: str,
    damage: Callable[[Path], None],
) -> None:
    place = tmp_path / "backup"
    take(database_url, place, nobody)
    damage(place / f"{table}.copy.gz")
    before = rows(empty_store, EPOCH)
    with pytest.raises(BackupDamaged, match=table):
        put_back(empty_store, place, nobody)
    assert not any(everything(empty_store).values())
    assert rows(empty_store, EPOCH) == before


@pytest.mark.usefixtures("kept")
def test_a_manifest_of_another_history_is_noticed(
    database_url: str, empty_store: str, tmp_path: Path
) -> None:
    take(database_url, tmp_path / "backup", nobody)
    manifest = tmp_path / "backup" / MANIFEST
    told = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(told | {"head": told["head"] + 1}))
    with pytest.raises(BackupDamaged, match=f"position {told['head']}, not at {told['head'] + 1}"):
        put_back(empty_store, tmp_path / "backup", nobody)
    assert not any(everything(empty_store).values())


@pytest.mark.parametrize(
    ("content", "refused", "why"),
    [
        (None, BackupRefused, "holds no backup"),
        ("not json", BackupDamaged, "cannot be read"),
        ("{}", BackupDamaged, "cannot be read"),
        (
            json.dumps(
                {"format": 3, "taken_at": "2026-01-01T00:00:00Z", "epoch": "e", "head": 0}
                | {"tables": {}}
            ),
            BackupRefused,
            "of format 3",
        ),
    ],
)
def test_what_is_no_backup_is_refused_in_words(
    empty_store: str, tmp_path: Path, content: str | None, refused: type[Exception], why: str
) -> None:
    if content is not None:
        (tmp_path / MANIFEST).write_text(content)
    with pytest.raises(refused, match=why):
        put_back(empty_store, tmp_path, nobody)
