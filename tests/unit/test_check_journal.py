"""`slackwater check` looks at the journal: can it be used, and what waits in it."""

import resource
from contextlib import closing
from pathlib import Path

import pytest

from command_api.journal.journal import Journal
from launcher import check_journal as module
from launcher.check_journal import check_journal
from launcher.findings import Findings
from launcher.settings import Settings
from tests.unit.journals import EPOCH, post


def found(path: Path) -> Findings:
    findings = Findings()
    check_journal(Settings.of(journal=path), findings)
    return findings


def test_it_says_how_many_commands_wait_and_how_many_were_rejected(
    journal: Journal, path: Path
) -> None:
    given = [post() for _ in range(6)]
    for command in given:
        journal.add(command)
    journal.done(given[0], position=1, epoch=EPOCH)
    journal.reject(given[1], 404, "no")
    journal.reject(given[2], 404, "no")
    journal.write_down()
    findings = found(path)
    assert findings.errors == []
    assert findings.fine == [f"journal: {path}, 3 commands wait"]
    [warning] = findings.warnings
    assert "2 commands were rejected" in warning
    assert "slackwater journal retry" in warning


def test_a_journal_that_is_not_there_yet_is_fine_where_one_can_be_made(path: Path) -> None:
    assert found(path).errors == []
    assert "none yet" in found(path).fine[0]
    assert not path.parent.exists(), "looking makes nothing"
    path.parent.write_text("a file in the way", encoding="utf-8")
    assert "cannot be made" in found(path).errors[0]


def test_a_damaged_journal_is_an_error(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is no database, however long one looks at it" * 100)
    assert "file is not a database" in found(path).errors[0]


def test_a_disk_that_takes_nothing_is_an_error(journal: Journal, path: Path) -> None:
    journal.add(post())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        findings = found(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "takes no commands" in findings.errors[0]
    assert "1 commands wait" in findings.fine[0]


def test_a_full_journal_is_an_error(
    journal: Journal, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ENTRIES_MAX", 2)
    for _ in range(2):
        journal.add(post())
    assert "full" in found(path).errors[0]


def test_it_is_looked_at_also_if_it_is_of_an_older_version(path: Path) -> None:
    with closing(Journal(path)) as journal:
        journal.add(post())
        journal._settling.run("ALTER TABLE entries DROP COLUMN epoch")
    assert found(path).fine == [f"journal: {path}, 1 commands wait"]
