"""The journal and its disk: what survives, what a full disk refuses, who may read."""

import stat
import subprocess
import sys
import textwrap
from contextlib import closing
from pathlib import Path

import pytest

from command_api.commands import Publish
from command_api.errors import JournalFailed, JournalUnusable
from command_api.journal import journal as journal_module
from command_api.journal.file import JournalFile
from command_api.journal.journal import Journal
from command_api.journal.state import State
from tests.unit.journals import ADA, EPOCH, drained, post


def test_what_was_accepted_is_there_after_the_process_is_killed(path: Path) -> None:
    script = f"""
        import os, signal
        from pathlib import Path
        from uuid import UUID
        from command_api import commands
        from command_api.journal.journal import Journal
        journal = Journal(Path({str(path)!r}))
        for n in range(20):
            journal.add(commands.publish(person=UUID({str(ADA)!r}), text=str(n)))
        os.kill(os.getpid(), signal.SIGKILL)
    """
    killed = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=False)
    assert killed.returncode == -9
    with closing(Journal(path)) as journal:
        texts = [command.text for command in drained(journal) if isinstance(command, Publish)]
    assert texts == [str(n) for n in range(20)]


def test_what_is_done_leaves_no_text_behind_in_the_journal(journal: Journal, path: Path) -> None:
    command = post("a secret text")
    journal.add(command)
    journal.done(command, position=1, epoch=EPOCH)
    journal.write_down()
    with closing(JournalFile(path, durable=False)) as file:
        [entry] = file.entries(None, limit=10)
        file.run("PRAGMA wal_checkpoint(TRUNCATE)")
    assert entry.command is None
    assert b"a secret text" not in path.read_bytes()


def test_a_full_disk_accepts_nothing_and_what_was_accepted_stays(
    journal: Journal, path: Path
) -> None:
    kept = post()
    journal.add(kept)
    [[pages]] = journal._accepting.rows("PRAGMA page_count")
    journal._accepting.run(f"PRAGMA max_page_count = {pages}")
    refused = _fill(journal)
    assert journal.find(refused.id) is None
    assert journal.depth == len([one for one in _all(path) if one.state is State.QUEUED])
    journal._accepting.run("PRAGMA max_page_count = 1000000")
    journal.add(post())
    assert drained(journal)[0] == kept


def test_a_disk_that_fails_is_told_and_nothing_is_accepted(path: Path) -> None:
    """A limit on the size of files is a write error that SQLite did not expect."""
    script = f"""
        import resource, signal
        from pathlib import Path
        from uuid import UUID
        from command_api import commands
        from command_api.errors import JournalFailed
        from command_api.journal.journal import Journal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        journal = Journal(Path({str(path)!r}))
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
        accepted = 0
        try:
            while True:
                journal.add(commands.publish(person=UUID({str(ADA)!r}), text="x" * 2_000))
                accepted += 1
        except JournalFailed:
            pass
        assert journal.fault() is not None
        assert journal.depth == accepted
        print(accepted)
    """
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], check=True, capture_output=True, text=True
    )
    accepted = int(run.stdout)
    assert accepted > 0
    with closing(Journal(path)) as journal:
        assert journal.depth == accepted


def test_a_damaged_journal_is_refused_by_name_and_given_back(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is no database, however long one looks at it" * 100)
    for _ in range(2):
        with pytest.raises(JournalUnusable, match=rf"the journal {path} is damaged"):
            Journal(path)


def test_pages_that_were_overwritten_are_noticed_when_the_journal_is_opened(path: Path) -> None:
    with closing(Journal(path)) as journal:
        for n in range(200):
            journal.add(post("x" * 500 + str(n)))
    with path.open("r+b") as file:
        file.seek(3 * 4096)
        file.write(b"\xff" * 8 * 4096)
    with pytest.raises(JournalUnusable, match="is damaged"):
        Journal(path)


def test_the_journal_is_for_its_owner_alone(journal: Journal, path: Path) -> None:
    journal.add(post())
    files = [path.parent, *path.parent.iterdir()]
    assert len(files) >= 4
    assert [file for file in files if stat.S_IMODE(file.stat().st_mode) & 0o077] == []


def _fill(journal: Journal) -> Publish:
    """Adds until the disk is full; returns the command that was refused."""
    while True:
        command = post("x" * 2_000)
        try:
            journal.add(command)
        except JournalFailed:
            return command


def _all(path: Path) -> list[journal_module.Entry]:
    with closing(JournalFile(path, durable=False)) as file:
        return file.entries(None, limit=100_000)
