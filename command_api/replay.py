"""Carries out what waits in the journal, one command after the other, once the store answers.

It is the only one who tries while the store is away: all others join the journal.
"""

import logging
import threading
import time

from eventsourcing.persistence import PersistenceError, ProgrammingError

from command_api.application import Slackwater
from command_api.commands import AnyCommand
from command_api.errors import CommandError, JournalFailed, StoreUnavailable, TooMuchContention
from command_api.event_store.errors import StoreBusy
from command_api.journal.journal import Journal
from command_api.refusals import status_of
from domain.errors import RuleViolation, SlackwaterError

logger = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 0.5
"""How often it looks for what another process has let wait again."""

TRY_AGAIN_SECONDS = 0.25
FORGET_EVERY_SECONDS = 60.0
STOP_SECONDS_MAX = 10.0

NOT_NOW = (StoreUnavailable, StoreBusy, TooMuchContention, ProgrammingError)
"""Errors that say nothing about the command: its turn comes again. The last one: tables are not
there, as while a backup is put back."""


class Replay:
    """One thread, from `start` to `stop`."""

    def __init__(self, write_model: Slackwater, journal: Journal) -> None:
        self._write_model = write_model
        self._journal = journal
        self._stopped = threading.Event()
        self._drained = threading.Condition()
        self._store_answers = False
        self._forget_at = 0.0
        self._thread = threading.Thread(target=self._run, name="journal-replay", daemon=True)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def stop(self) -> None:
        """Ends after the command that is being carried out."""
        self._stopped.set()
        self._journal.changed.set()
        self._thread.join(STOP_SECONDS_MAX)

    def is_clear(self, seconds: float) -> bool:
        """Whether a new command may go to the store: it is known, and nothing waits before it.

        While the journal is being emptied that is waited for, this long at most: what comes
        cannot make the journal longer faster than it gets shorter.
        """
        if not self._write_model.epoch:
            return False
        if self._journal.depth == 0:
            return True
        if not self._store_answers:
            return False
        with self._drained:
            return self._drained.wait_for(self._is_empty_or_stuck, seconds) and self._is_empty()

    def store_is_away(self) -> None:
        """Somebody else has noticed: nobody waits until the replay has found it again."""
        self._store_answers = False

    def _is_empty(self) -> bool:
        return self._journal.depth == 0

    def _is_empty_or_stuck(self) -> bool:
        return self._is_empty() or not self._store_answers

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._journal.changed.clear()
            try:
                pause = self._step()
            except JournalFailed as error:
                logger.warning("%s; trying again", error)
                pause = TRY_AGAIN_SECONDS
            except Exception as error:  # noqa: BLE001 - without it nothing that waits is ever done
                # What it says may hold a text: only its kind goes to the log.
                name = type(error).__name__
                logger.error("the replay failed and tries again: %s", name)  # noqa: TRY400
                self._store_answers = False
                pause = TRY_AGAIN_SECONDS
            if self._is_empty_or_stuck():
                with self._drained:
                    self._drained.notify_all()
            if pause == TRY_AGAIN_SECONDS:
                self._stopped.wait(pause)
            elif pause:
                self._journal.changed.wait(pause)

    def _step(self) -> float:
        """One command, if one waits. Returns the pause before the next, in seconds."""
        if not self._write_model.epoch and not self._open_store():
            return TRY_AGAIN_SECONDS
        entry = self._journal.oldest()
        if entry is None:
            self._journal.refresh()
            self._forget()
            return 0.0 if self._journal.depth else LOOK_EVERY_SECONDS
        assert entry.command is not None, "only what is done has lost its payload"
        try:
            self._carry_out(entry.command)
        except NOT_NOW as error:
            self._tell_store(answers=False, why=error)
            return TRY_AGAIN_SECONDS
        self._tell_store(answers=True)
        return 0.0

    def _open_store(self) -> bool:
        try:
            self._write_model.open()
        except PersistenceError as error:
            self._tell_store(answers=False, why=error)
            return False
        self._tell_store(answers=True)
        return True

    def _carry_out(self, command: AnyCommand) -> None:
        try:
            done = self._write_model.execute(command, tried=True)
        except NOT_NOW:
            raise
        except (CommandError, RuleViolation) as error:
            self._journal.reject(command, status_of(error), str(error))
            logger.info("command %s from the journal is rejected", command.id)
        except (PersistenceError, SlackwaterError) as error:
            # Not the client's fault. All others wait behind it, so it steps aside, visibly:
            # `slackwater journal retry` lets it wait again.
            # What the error says may hold a text: only its kind goes to the log.
            name = type(error).__name__
            logger.error("command %s from the journal failed: %s", command.id, name)  # noqa: TRY400
            self._journal.reject(command, 500, "a fault of ours, written to our log")
        else:
            self._journal.done(done.command, done.position)

    def _tell_store(self, *, answers: bool, why: Exception | None = None) -> None:
        if answers != self._store_answers:
            waiting = self._journal.depth
            if answers:
                logger.info("the event store answers; %d commands wait in the journal", waiting)
            else:
                logger.warning("the event store is away, commands wait in the journal: %s", why)
        self._store_answers = answers

    def _forget(self) -> None:
        if time.monotonic() >= self._forget_at and self._journal.forget() == 0:
            self._forget_at = time.monotonic() + FORGET_EVERY_SECONDS
