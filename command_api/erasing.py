"""Ends what erased people leave behind: their posts, their follows, and who follows them.

The erasure itself is one event, and destroys the key in its transaction: from then on nobody can
read what they wrote, and nothing of theirs is accepted. What ties them to others ends by the same
events as ever, so feeds and their rebuilds know no other case. If a process dies half-way, another
one goes on.
"""

import logging
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from eventsourcing.persistence import IntegrityError, PersistenceError

from command_api.application import Slackwater
from command_api.event_store.erasures import ErasedPerson
from command_api.event_store.group_commit import Append
from command_api.event_store.mapper import EventMapper
from domain.erasure import ends
from domain.errors import UnreadableEvent
from domain.events import DomainEvent

logger = logging.getLogger(__name__)

EVERY_SECONDS = 60.0
OTHERS_AFTER_SECONDS = 60.0
"""What another process has begun is left to it for so long. Two at one are harmless."""

TOGETHER_MAX = 500
"""Ends in one transaction, so that nobody else waits long."""

STOP_SECONDS_MAX = 5.0


class Erasing:
    """One thread, from `start` to `stop`. Several processes may do it at once."""

    def __init__(self, write_model: Slackwater) -> None:
        self._write_model = write_model
        self._erasures = write_model.erasures
        self._mapper = EventMapper()
        self._told: set[int] = set()
        self._hurry = write_model.erased
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="erasing", daemon=True)

    def start(self) -> None:
        """Begins, with whatever a process that died has left."""
        self._hurry.set()
        self._thread.start()

    def stop(self) -> None:
        """Ends after the step that is under way."""
        self._stopped = True
        self._hurry.set()
        self._thread.join(STOP_SECONDS_MAX)

    def step(self, seconds: float = 0.0) -> int:
        """Ends what is left of everybody whose erasure began so long ago; returns of how many.

        What cannot be ended now holds nobody else up: another step ends it. Raises
        PersistenceError if the store cannot even say who it is.
        """
        return sum(self._has_ended(erased) for erased in self._erasures.waiting(seconds))

    def _has_ended(self, erased: ErasedPerson) -> bool:
        try:
            ended, unread = self._end_ties(erased)
            if unread:
                self._tell_unread(erased, unread)
                return False
            self._erasures.end(erased)
        except PersistenceError as error:
            logger.warning(
                "what the erased person %s leaves behind is ended later: %s", erased.person, error
            )
            return False
        logger.info("person %s is erased: %d posts and follows ended", erased.person, ended)
        return True

    def _tell_unread(self, erased: ErasedPerson, unread: int) -> None:
        if erased.number not in self._told:
            logger.warning(
                "%d events of the erased person %s cannot be read by this version, so what they "
                "began may stand; all else has ended. It is looked at again until all can be read, "
                "or are in quarantine", unread, erased.person,
            )  # fmt: skip
        self._told.add(erased.number)

    def _end_ties(self, erased: ErasedPerson) -> tuple[int, int]:
        """How many have ended, and how many cannot be read and count nevertheless.

        A transaction at a time, of which nothing is kept: there may be ever so many.
        """
        ended = unread = 0
        for ties in self._erasures.ties(erased.number, TOGETHER_MAX):
            log: list[tuple[int, DomainEvent]] = []
            unreadable: list[int] = []
            for position, stored in ties:
                try:
                    log.append((position, self._mapper.to_domain_event(stored)))
                except UnreadableEvent:
                    unreadable.append(position)
            ended += self._append(list(self._ends(erased, log)))
            unread += len(self._erasures.counted(unreadable))
        return ended, unread

    def _ends(
        self, erased: ErasedPerson, log: Sequence[tuple[int, DomainEvent]]
    ) -> Iterator[Append]:
        places = {event.originator_id: position for position, event in log}
        for end in ends(erased.number, log, datetime.now(UTC)):
            # In another history the same may not have begun.
            assumed = {places[end.originator_id]: end.originator_id}
            yield Append([self._mapper.to_stored_event(end)], assumed=assumed)

    def _append(self, appends: Sequence[Append]) -> int:
        """Appends them; returns how many of them were still to be appended."""
        if not appends:
            return 0
        self._write_model.recorder.append_together(appends)
        errors = [append.positions.exception() for append in appends]
        for error in errors:
            # Whoever has taken that place has ended it, too: nothing else can come there.
            if error is not None and not isinstance(error, IntegrityError):
                raise error
        return errors.count(None)

    def _run(self) -> None:
        while not self._stopped:
            hurried = self._hurry.wait(EVERY_SECONDS)
            self._hurry.clear()
            if self._stopped:
                return
            try:
                self.step(0.0 if hurried else OTHERS_AFTER_SECONDS)
            except PersistenceError as error:
                logger.warning("what erased people leave behind is ended later: %s", error)
