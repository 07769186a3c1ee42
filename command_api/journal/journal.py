"""The journal as the one process that has it sees it: what is accepted, whose turn it is."""

import contextlib
import os
import threading
import time
from collections import deque
from concurrent.futures import Future
from pathlib import Path
from uuid import UUID

import msgspec

from command_api.commands import AnyCommand
from command_api.errors import JournalError, JournalFailed, JournalFull
from command_api.journal import metrics
from command_api.journal.entry import Entry, columns_of, entry_of
from command_api.journal.file import JournalFile, make_file, sentence
from command_api.journal.hold import hold
from command_api.journal.state import State

ENTRIES_MAX = 100_000
"""Commands that may wait; one more is refused."""

KEEP_DONE_SECONDS = 23 * 60 * 60.0
KEEP_REJECTED_SECONDS = 7 * 24 * 60 * 60.0
"""So long somebody may ask what became of a command, or try a rejected one again. What is done is
forgotten before the event store forgets it, so that the store can be asked whether it stands."""

FORGET_STEP = 1_000

Waiting = tuple[AnyCommand, Future[None]]


class Journal:
    """Held by one process at a time. Safe to share by threads.

    Commands that come at once share one write to the disk, and so do those that are settled one
    after the other: until then they are settled in memory (create_settled.sql).
    """

    def __init__(self, path: Path) -> None:
        """Raises JournalUnusable if another process has it, or if it is damaged."""
        self._held = hold(path)
        try:
            make_file(path)
            self._accepting = JournalFile(path, durable=True)
            self._settling = JournalFile(path, durable=False)
            self._settling.run_script(sentence("create_settled"))
            [[self._queued]] = self._settling.rows(sentence("count_queued"))
        except JournalError:
            os.close(self._held)
            raise
        metrics.ENTRIES.set(self._queued)
        self._lock = threading.Lock()
        self._line = threading.Lock()
        self._waiting: deque[Waiting] = deque()
        self._unwritten = False
        self.changed = threading.Event()
        """Set when a command was accepted."""

    def close(self) -> None:
        """Gives the journal back."""
        with contextlib.suppress(JournalFailed):  # replayed once more it is found in the store
            self.write_down()
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
            self._check_room()
            self._waiting.append((command, written))
        with self._lock:
            if not written.done():
                self._write_what_waits()
        written.result()

    def find(self, command_id: UUID) -> Entry | None:
        """A command that was accepted here, unless it is forgotten. Raises JournalFailed."""
        with self._lock:
            rows = self._settling.rows(sentence("select_entry"), {"id": str(command_id)})
        return entry_of(rows[0]) if rows else None

    def waiting(self, limit: int) -> list[AnyCommand]:
        """The commands whose turn it is next, in order. Raises JournalFailed."""
        with self._lock:
            rows = self._settling.rows(sentence("select_waiting"), {"limit": limit})
        commands = [entry.command for entry in map(entry_of, rows) if entry.command is not None]
        assert len(commands) == len(rows), "only what is done has lost its payload"
        metrics.OLDEST.set(commands[0].at.timestamp() if commands else 0)
        return commands

    def done(self, command: AnyCommand, position: int, epoch: str) -> None:
        """The command was carried out as it stands here, in the history of this epoch or of one
        that came after it. Raises JournalFailed.
        """
        self._settle(command, State.DONE, position=position, epoch=epoch)

    def reject(self, command: AnyCommand, status: int, reason: str) -> None:
        """The command was refused. Raises JournalFailed."""
        self._settle(command, State.REJECTED, status=status, reason=reason)

    def write_down(self) -> None:
        """Writes what was settled to the file, all of it at once. Raises JournalFailed: then it
        stays settled, and is written the next time.
        """
        with self._lock:
            if self._unwritten:
                with self._settling.transaction():
                    self._settling.run(sentence("write_settled"))
                    self._settling.run(sentence("clear_settled"))
                self._unwritten = False

    def queue_again(self, command: AnyCommand) -> None:
        """What was done waits again, since its history may be lost: it is carried out anew unless
        it stands in the store. Raises JournalFull, JournalFailed.
        """
        self.write_down()
        values = {"id": str(command.id), "command": msgspec.json.encode(command)}
        with self._lock:
            self._check_room()
            self._queued += 1  # counted before it is written: from here on nothing newer passes it
            try:
                self._queued += self._accepting.run(sentence("queue_again"), values) - 1
            except JournalFailed:
                self._queued -= 1
                raise
        metrics.ENTRIES.set(self._queued)
        self.changed.set()

    def refresh(self) -> None:
        """Counts what waits: another process may have let rejected commands wait again."""
        with self._lock:
            [[self._queued]] = self._settling.rows(sentence("count_queued"))
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
            forgotten = self._settling.run(sentence("forget_entries"), values)
            if not self._queued:
                # What was overwritten still stands in the file beside, until that is cut.
                self._settling.run("PRAGMA wal_checkpoint(TRUNCATE)")
        return forgotten

    def people(self) -> list[UUID]:
        """Whose commands still say what they were, or let it be guessed. Raises JournalFailed."""
        with self._lock:
            return [UUID(person) for (person,) in self._settling.rows(sentence("people_told_of"))]

    def forget_person(self, person: UUID) -> None:
        """Forgets what they wanted and was rejected, and by what to know again what they did.
        Raises JournalFailed.
        """
        with self._lock, self._settling.transaction():
            for name in ("forget_person", "blank_person"):
                self._settling.run(sentence(name), {"person": str(person)})

    def fault(self) -> str | None:
        """Why it takes no command at the moment, if so. Writes a little to find out."""
        if self._queued >= ENTRIES_MAX:
            return f"{ENTRIES_MAX} commands wait already"
        with self._lock:
            return self._accepting.write_fault()

    def _check_room(self) -> None:
        if self._queued + len(self._waiting) >= ENTRIES_MAX:
            raise JournalFull(
                f"{ENTRIES_MAX} commands wait for the event store already; nothing was accepted"
            )

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
        epoch: str | None = None,
        status: int | None = None,
        reason: str | None = None,
    ) -> None:
        values = {
            "id": str(command.id),
            "subject": str(command.subject),
            "accepted_at": command.at.isoformat(),
            "epoch": epoch,
            "state": state,
            "position": position,
            "status": status,
            "reason": reason,
            "settled_at": time.time(),
        }
        with self._lock:
            settled = self._settling.run(sentence("settle_entry"), values)
            self._unwritten = True
            self._queued -= settled
            if self._queued <= 0:
                # Others may have let rejected commands wait again, which nobody has counted here.
                [[self._queued]] = self._settling.rows(sentence("count_queued"))
        metrics.ENTRIES.set(self._queued)
        metrics.OUTCOMES.labels(state).inc(settled)
