"""Where every command comes in: carried out at once, or accepted into the journal.

While anything waits in the journal, what comes later waits behind it: so order is kept, and
while the store is away nobody but the replay waits for it.
"""

import contextlib
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic
from uuid import UUID

from eventsourcing.persistence import IntegrityError, PersistenceError
from msgspec.structs import replace

from command_api.application import Slackwater
from command_api.commands import AnyCommand, OneCommand, Publish, Register
from command_api.errors import (
    JournalError,
    KeyUsedOtherwise,
    OutcomeUnknown,
    PersonErased,
    RejectedBefore,
    StillInFlight,
    StoreUnavailable,
)
from command_api.event_store.errors import StoreBusy
from command_api.journal.entry import Entry
from command_api.journal.journal import Journal
from command_api.journal.state import State
from command_api.replay import Replay

DRAINED_SECONDS_MAX = 1.0
"""So long a command waits for a journal that is being emptied, before it is queued too."""


@dataclass(frozen=True, slots=True)
class Accepted(Generic[OneCommand]):
    """A command as it was first accepted. `position` is where it is done; None: it is queued."""

    command: OneCommand
    position: int | None


@dataclass(frozen=True, slots=True)
class Tried:
    """A post that was tried and may have been stored: it must go on as this very command."""

    command: Publish
    why: StoreUnavailable | IntegrityError


class Intake:
    """Safe to share by threads. Without a journal a store that is away is told to the caller."""

    def __init__(
        self, write_model: Slackwater, journal: Journal | None, replay: Replay | None
    ) -> None:
        self._write_model = write_model
        self._journal = journal
        self._replay = replay
        self._in_flight: set[UUID] = set()
        self._lock = threading.Lock()

    def accept(self, command: OneCommand) -> Accepted[OneCommand]:
        """Carries the command out, or accepts it.

        Raises what the rules refuse, StillInFlight, KeyUsedOtherwise, RejectedBefore,
        StoreUnavailable, JournalError.
        """
        with self._alone(command.id):
            if self._journal is None or self._replay is None:
                return self._execute(command)
            if command.keyed and (entry := self._journal.find(command.id)):
                first = _as_journaled(command, entry)
                if entry.state is State.QUEUED:
                    return Accepted(first, None)
                return self._repeat(first, entry, self._journal, self._replay)
            if not self._replay.is_clear(DRAINED_SECONDS_MAX):
                return self._queue(command, self._journal)
            try:
                return self._execute(command)
            except StoreUnavailable as error:
                return self._queue_instead(command, self._journal, self._replay, error)

    async def accept_unasked(self, command: Publish) -> Accepted[Publish] | Tried | None:
        """A new post without a key, for a caller on an event loop, where nothing has to be read
        for it, neither from the store nor from the journal. None: it was not tried.
        """
        if self._replay is not None and not self._replay.is_clear(0.0):
            return None
        try:
            position = await self._write_model.publish_unasked(command)
        except StoreBusy:
            return None
        except (StoreUnavailable, IntegrityError) as error:
            return Tried(command, error)
        return None if position is None else Accepted(command, position)

    def accept_tried(self, tried: Tried) -> Accepted[Publish]:
        """Goes on with what `accept_unasked` has tried. Raises as `accept` does.

        Nothing is stored twice: the post's place in the store would be taken, by itself.
        """
        try:
            if isinstance(tried.why, StoreUnavailable):
                raise tried.why
            return self._execute(tried.command)
        except StoreUnavailable as error:
            if self._journal is None or self._replay is None:
                raise
            return self._queue_instead(tried.command, self._journal, self._replay, error)

    def store_head(self) -> int | None:
        """The store's newest position; None while nobody but the replay is to wait for it."""
        if self._replay is not None and not self._replay.is_clear(0.0):
            return None
        try:
            return self._write_model.recorder.select_head()
        except PersistenceError:
            return None

    def look_at_epoch(self) -> None:
        """Learns the store's epoch anew, if it may be asked now and answers."""
        if self._replay is None or self._replay.is_clear(0.0):
            with contextlib.suppress(PersistenceError):
                self._write_model.look_at_epoch()

    def journaled(self, command_id: UUID) -> Entry | None:
        """How a command fares that was accepted into the journal here. Raises JournalFailed."""
        return None if self._journal is None else self._journal.find(command_id)

    def stands_at(self, entry: Entry) -> int | None:
        """The position of a command that was done; None: the history that the store has now does
        not have it. Raises StoreUnavailable.
        """
        if self._replay is not None and not self._replay.may_ask_store():
            raise StoreUnavailable(
                "this was done; whether it still stands can be told once the event store answers"
            )
        if self._write_model.present_epoch() == entry.epoch:
            return entry.position
        record = self._write_model.remembered(entry.id)
        return None if record is None else record.position

    def _repeat(
        self, first: OneCommand, entry: Entry, journal: Journal, replay: Replay
    ) -> Accepted[OneCommand]:
        """What was done is answered as then; what was lost with its history is done anew, as the
        first answer said. While the store cannot tell which, it waits to be told.
        """
        if replay.may_ask_store():
            try:
                if self._write_model.present_epoch() == entry.epoch:
                    self._check_registered(first)
                    return Accepted(first, entry.position)
                if replay.is_clear(DRAINED_SECONDS_MAX):
                    return self._execute(first, tried=True)
            except StoreUnavailable:
                replay.store_is_away()
        journal.queue_again(first)
        return Accepted(first, None)

    def _check_registered(self, command: AnyCommand) -> None:
        if isinstance(command, Register) and self._write_model.is_erased(command.subject):
            raise PersonErased

    def _execute(self, command: OneCommand, *, tried: bool = False) -> Accepted[OneCommand]:
        done = self._write_model.execute(command, tried=tried)
        return Accepted(done.command, done.position)

    def _queue_instead(
        self, command: OneCommand, journal: Journal, replay: Replay, why: StoreUnavailable
    ) -> Accepted[OneCommand]:
        """What may have been stored is queued too: the replay finds out whether it was."""
        replay.store_is_away()
        try:
            return self._queue(command, journal)
        except JournalError as error:
            raise why if isinstance(why, OutcomeUnknown) else error from why

    def _queue(self, command: OneCommand, journal: Journal) -> Accepted[OneCommand]:
        journal.add(command)
        return Accepted(command, None)

    @contextmanager
    def _alone(self, command_id: UUID) -> Generator[None]:
        """Two requests with one key are one command: the second has to wait for the first."""
        with self._lock:
            if command_id in self._in_flight:
                raise StillInFlight(
                    "a request with this Idempotency-Key is being carried out; ask again shortly"
                )
            self._in_flight.add(command_id)
        try:
            yield
        finally:
            with self._lock:
                self._in_flight.remove(command_id)


def _as_journaled(command: OneCommand, entry: Entry) -> OneCommand:
    """The command as it was accepted first. Raises KeyUsedOtherwise, RejectedBefore, and
    PersonErased if it may not be known again.
    """
    if not entry.fingerprint:
        raise PersonErased
    if entry.fingerprint != command.fingerprint():
        raise KeyUsedOtherwise
    if entry.state is State.REJECTED:
        assert entry.status is not None
        assert entry.reason is not None
        raise RejectedBefore(entry.status, entry.reason)
    return replace(command, person=entry.person, subject=entry.subject, at=entry.accepted_at)
