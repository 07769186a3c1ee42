"""The journal as the one process that has it sees it: what is accepted, whose turn it is."""

import fcntl
import os
import threading
import time
from collections import deque
from concurrent.futures import Future
from pathlib import Path
from uuid import UUID

from command_api.commands import AnyCommand
from command_api.errors import JournalError, JournalFailed, JournalFull, JournalUnusable
from command_api.journal import metrics
from command_api.journal.entry import Entry, columns_of, entry_of
from command_api.journal.file import JournalFile, make_file, sentence
from command_api.journal.state import State

ENTRIES_MAX = 100_000
"""Commands that may wait; one more is refused."""

KEEP_DONE_SECONDS = 24 * 60 * 60.0
KEEP_REJECTED_SECONDS = 7 * KEEP_DONE_SECONDS
"""So long somebody may ask what became of a command, or try a rejected one again."""

FORGET_STEP = 1_000

Waiting = tuple[AnyCommand, Future[None]]


class Journal:
    """Held by one process at a time. Safe to share by threads.

    Commands that come at once share one write to the disk. What is settled needs none: replayed
    once more it is found in the event store.
    """

    def __init__(self, path: Path) -> None:
        """Raises JournalUnusable if another process has it, or if it is damaged."""
        self._held = _hold(path)
        try:
            make_file(path)
            self._accepting = JournalFile(path, durable=True)
            self._settling = JournalFile(path, durable=False)
        except JournalError:
            os.close(self._held)
            raise
        self._lock = threading.Lock()
        self._line = threading.Lock()
        self._waiting: deque[Waiting] = deque()
        self._queued = 0
        self.changed = threading.Event()
        """Set when a command was accepted."""
        self.refresh()

    def close(self) -> None:
        """Gives the journal back."""
        with self._lock:
            self._accepting.close()
            self._settling.close()
        os.close(self._held)

    @property
    def depth(self) -> int:
        """How many commands wait."""
        return self._queued

    def add(self, command: AnyCommand) -> None:
        """Accepts a command: it is on the disk when this returns.

        Raises JournalFull, JournalFailed. Whoever has the lock writes for all who wait for it.
        """
        written: Future[None] = Future()
        with self._line:
            if self._queued + len(self._waiting) >= ENTRIES_MAX:
                raise JournalFull(
                    f"{ENTRIES_MAX} commands wait for the event store already; nothing was accepted"
                )
            self._waiting.append((command, written))
        with self._lock:
            if not written.done():
                self._write_what_waits()
        written.result()

    def find(self, command_id: UUID) -> Entry | None:
        """A command that was accepted here, unless it is forgotten. Raises JournalFailed."""
        with self._lock:
            return self._settling.find(command_id)

    def oldest(self) -> Entry | None:
        """The command whose turn it is. Raises JournalFailed."""
        with self._lock:
            row = self._settling.run(sentence("select_oldest")).fetchone()
        entry = None if row is None else entry_of(row)
        metrics.OLDEST.set(0 if entry is None else entry.accepted_at.timestamp())
        return entry

    def done(self, command: AnyCommand, position: int) -> None:
        """The command was carried out as it stands here. Raises JournalFailed."""
        self._settle(command, State.DONE, position=position)

    def reject(self, command: AnyCommand, status: int, reason: str) -> None:
        """The command was refused. Raises JournalFailed."""
        self._settle(command, State.REJECTED, status=status, reason=reason)

    def refresh(self) -> None:
        """Counts what waits: another process may have let rejected commands wait again."""
        with self._lock:
            [self._queued] = self._settling.run(sentence("count_queued")).fetchone()
            metrics.ENTRIES.set(self._queued)

    def forget(self) -> int:
        """Forgets some of what was settled long ago; returns how many. Raises JournalFailed."""
        now = time.time()
        values = {
            "done_before": now - KEEP_DONE_SECONDS,
            "rejected_before": now - KEEP_REJECTED_SECONDS,
            "limit": FORGET_STEP,
        }
        with self._lock:
            return self._settling.run(sentence("forget_entries"), values).rowcount

    def fault(self) -> str | None:
        """Why it takes no command at the moment, if so. Writes a little to find out."""
        if self._queued >= ENTRIES_MAX:
            return f"{ENTRIES_MAX} commands wait already"
        try:
            with self._lock:
                self._accepting.run(sentence("prove_writable"), {"at": time.time()})
        except JournalFailed as error:
            return str(error)
        return None

    def _write_what_waits(self) -> None:
        with self._line:
            batch = list(self._waiting)
            self._waiting.clear()
            # Counted before it is written: from here on nothing newer passes it.
            self._queued += len(batch)
        try:
            with self._accepting.transaction():
                for command, _ in batch:
                    self._accepting.run(sentence("insert_entry"), columns_of(command))
        except JournalFailed as error:
            self._queued -= len(batch)
            for _, written in batch:
                written.set_exception(error)
            return
        metrics.ENTRIES.set(self._queued)
        metrics.OUTCOMES.labels(State.QUEUED).inc(len(batch))
        for _, written in batch:
            written.set_result(None)
        self.changed.set()

    def _settle(
        self,
        command: AnyCommand,
        state: State,
        *,
        position: int | None = None,
        status: int | None = None,
        reason: str | None = None,
    ) -> None:
        values = {
            "id": str(command.id),
            "subject": str(command.subject),
            "accepted_at": command.at.isoformat(),
            "state": state,
            "position": position,
            "status": status,
            "reason": reason,
            "settled_at": time.time(),
        }
        with self._lock:
            settled = self._settling.run(sentence("settle_entry"), values).rowcount
            self._queued -= settled
            if self._queued <= 0:
                # Others may have let rejected commands wait again, which nobody has counted here.
                [self._queued] = self._settling.run(sentence("count_queued")).fetchone()
        metrics.ENTRIES.set(self._queued)
        metrics.OUTCOMES.labels(state).inc(settled)


def _hold(path: Path) -> int:
    """The lock beside the journal; it ends with the process, however that ends."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        held = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise JournalUnusable(f"the journal {path} cannot be made: {error}") from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(held)
        raise JournalUnusable(
            f"another command API has the journal {path}; give each one a SLACKWATER_JOURNAL of "
            "its own"
        ) from None
    return held
