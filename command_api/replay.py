"""Carries out what waits in the journal, in order, once the store answers.

It is the only one who tries while the store is away: all others join the journal.
"""

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from uuid import UUID

from eventsourcing.persistence import PersistenceError, ProgrammingError

from command_api.application import Slackwater
from command_api.commands import AnyCommand
from command_api.errors import CommandError, JournalFailed, StoreUnavailable, TooMuchContention
from command_api.event_store.errors import StoreBusy
from command_api.independence import independent
from command_api.journal.journal import Journal
from command_api.refusals import status_of
from domain.errors import RuleViolation, SlackwaterError

logger = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 0.5
"""How often it looks for what another process has let wait again."""

TRY_AGAIN_SECONDS = 0.25
FORGET_EVERY_SECONDS = 60.0
STOP_SECONDS_MAX = 10.0

TOGETHER_MAX = 64
"""Commands in one transaction, as far as they do not depend on each other."""

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
        self._disk_takes = True
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

    def may_ask_store(self) -> bool:
        """Whether somebody else may ask the store something: it is not known to be away."""
        return self._journal.depth == 0 or self._store_answers

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
                self._tell_disk(takes=False, why=error)
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
        """Some commands, if any wait. Returns the pause before the next, in seconds."""
        if not self._write_model.epoch and not self._open_store():
            return TRY_AGAIN_SECONDS
        commands = independent(self._journal.waiting(TOGETHER_MAX))
        if not commands:
            self._journal.refresh()
            self._tidy()
            return 0.0 if self._journal.depth else LOOK_EVERY_SECONDS
        try:
            self._carry_out(commands)
        except NOT_NOW as error:
            self._tell_store(answers=False, why=error)
            return TRY_AGAIN_SECONDS
        finally:
            self._tidy()
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

    def _carry_out(self, commands: Sequence[AnyCommand]) -> None:
        """All of them, in their order; those that need a second look after the others."""
        epoch = self._write_model.epoch  # before: whatever is committed is of this one or a later
        done = self._carried_out_together(commands) if len(commands) > 1 else {}
        for command in commands:
            if command.id in done:
                self._journal.done(command, done[command.id], epoch)
        for command in commands:
            if command.id not in done:
                self._carry_out_alone(command, epoch)

    def _carried_out_together(self, commands: Sequence[AnyCommand]) -> Mapping[UUID, int]:
        try:
            return self._write_model.execute_together(commands)
        except NOT_NOW:
            raise
        except (PersistenceError, SlackwaterError):
            return {}  # one of them is at fault: alone each is told its own

    def _carry_out_alone(self, command: AnyCommand, epoch: str) -> None:
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
            self._journal.done(done.command, done.position, epoch)

    def _tell_store(self, *, answers: bool, why: Exception | None = None) -> None:
        if answers != self._store_answers:
            waiting = self._journal.depth
            if answers:
                logger.info("the event store answers; %d commands wait in the journal", waiting)
            else:
                logger.warning("the event store is away, commands wait in the journal: %s", why)
        self._store_answers = answers

    def _tidy(self) -> None:
        """Writes down what was settled, and forgets what was long ago. A disk that takes nothing
        does not keep the store from what waits.
        """
        try:
            self._journal.write_down()
            self._forget()
        except JournalFailed as error:
            self._tell_disk(takes=False, why=error)
        else:
            self._tell_disk(takes=True)

    def _tell_disk(self, *, takes: bool, why: Exception | None = None) -> None:
        if takes != self._disk_takes:
            if takes:
                logger.info("the journal can be written again")
            else:
                logger.warning("%s; trying again", why)
        self._disk_takes = takes

    def _forget(self) -> None:
        if time.monotonic() < self._forget_at:
            return
        if people := self._journal.people():
            try:
                erased = self._write_model.erasures.erased_of(people)
            except PersistenceError:
                erased = []  # the store is away: the next time
            for person in erased:
                self._journal.forget_person(person)
        if self._journal.forget() == 0:
            self._forget_at = time.monotonic() + FORGET_EVERY_SECONDS
