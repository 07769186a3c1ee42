"""The journal's SQLite file: made for its owner alone, and spoken to in prepared sentences."""

import os
import sqlite3
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from uuid import UUID

from command_api.errors import JournalError, JournalFailed, JournalUnusable
from command_api.journal.entry import Entry, entry_of
from command_api.journal.state import State

BUSY_SECONDS_MAX = 2.0
"""How long another process, such as `slackwater journal retry`, may hold the file."""


class JournalFile:
    """One connection. `durable`: a write has reached the disk when it returns.

    Without it a write survives the process but perhaps not the machine. Raises JournalFailed.
    """

    def __init__(self, path: Path, *, durable: bool) -> None:
        try:
            self._connection = sqlite3.connect(
                f"file:{path}?mode=rw",
                uri=True,
                timeout=BUSY_SECONDS_MAX,
                isolation_level=None,
                check_same_thread=False,
            )
            self._connection.row_factory = sqlite3.Row
            self.run(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self.run("PRAGMA secure_delete = ON")  # texts do not outlive their command
        except (JournalFailed, sqlite3.Error) as error:
            raise JournalUnusable(f"the journal {path} cannot be opened: {error}") from error

    def run(self, statement: str, values: Mapping[str, object] | None = None) -> int:
        """Executes one statement; returns how many rows it has changed."""
        with _said_plainly():
            return self._connection.execute(statement, values or {}).rowcount

    def rows(self, statement: str, values: Mapping[str, object] | None = None) -> list[sqlite3.Row]:
        """All that it finds."""
        with _said_plainly():
            return self._connection.execute(statement, values or {}).fetchall()

    @contextmanager
    def transaction(self) -> Generator[None]:
        """All of it or nothing."""
        self.run("BEGIN IMMEDIATE")
        try:
            yield
            self.run("COMMIT")
        except BaseException:  # whatever ends it, Ctrl-C too: the next one must find none open
            if self._connection.in_transaction:
                self.run("ROLLBACK")
            raise

    def make_tables(self) -> None:
        """Makes what is missing; a file of an older version becomes one of this."""
        self.run_script(sentence("create_entries"))
        with self.transaction():
            [[has_epoch]] = self.rows(sentence("has_epoch"))
            if not has_epoch:
                self.run(sentence("add_epoch"))

    def run_script(self, script: str) -> None:
        """Executes several statements."""
        with _said_plainly():
            self._connection.executescript(script)

    def counts(self) -> dict[State, int]:
        """How many commands are in which state."""
        rows = self.rows(sentence("count_states"))
        return {State(row["state"]): row["commands"] for row in rows}

    def entries(self, state: State | None, limit: int) -> list[Entry]:
        """The newest commands in this state (in any: None), oldest first."""
        rows = self.rows(sentence("select_entries"), {"state": state, "limit": limit})
        return [entry_of(row) for row in rows]

    def requeue(self, command_id: UUID | None) -> int:
        """Lets rejected commands (all: None) wait again; returns how many."""
        with self.transaction():
            values = {"id": None if command_id is None else str(command_id)}
            return self.run(sentence("requeue_entries"), values)

    def write_fault(self) -> str | None:
        """Why the disk would take no command at the moment, if so. Writes a little to find out."""
        try:
            self.run(sentence("prove_writable"), {"at": time.time()})
        except JournalFailed as error:
            return str(error)
        return None

    def close(self) -> None:
        """Lets go of the file."""
        self._connection.close()


@contextmanager
def _said_plainly() -> Generator[None]:
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError) as error:  # the second: a damaged file's own words
        raise JournalFailed(
            f"the journal cannot be read or written ({error}); nothing was accepted"
        ) from error


@cache
def sentence(name: str) -> str:
    """The statement of the .sql file of this name."""
    return files("command_api.journal").joinpath(f"{name}.sql").read_text(encoding="utf-8")


def make_file(path: Path) -> None:
    """Makes the journal where it is missing, readable by its owner alone, and looks it through.

    Raises JournalUnusable if it is damaged: what was accepted must not be passed over.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        path.chmod(0o600)
        _sync(path.parent)
    except OSError as error:
        raise JournalUnusable(f"the journal {path} cannot be made: {error}") from error
    try:
        file = JournalFile(path, durable=True)
    except JournalUnusable as error:
        raise _damaged(path, error) from error
    try:
        file.run("PRAGMA journal_mode = WAL")
        [[faults]] = file.rows("PRAGMA quick_check(1)")
        if faults != "ok":
            raise JournalFailed(faults)
        file.make_tables()
    except JournalFailed as error:
        raise _damaged(path, error) from error
    finally:
        file.close()


def _damaged(path: Path, error: JournalError) -> JournalUnusable:
    return JournalUnusable(
        f"the journal {path} is damaged: {error}. It may hold commands that were accepted; move "
        "it elsewhere to start without them, or restore it"
    )


def _sync(directory: Path) -> None:
    """Makes the directory's entries as durable as the files."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
