"""The quarantine as readers of the log keep it: which positions count as if they were not there.

It stands beside the log, in the event store. Whoever meets an event that cannot be read stops in
front of it, or, if the policy says so, enters it there before going past it. So all who come after
leave out the same, whenever they read. A release gives events back, but only to generations that
know its number: what a generation leaves out only ever grows.
"""

import logging
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

import psycopg
from prometheus_client import Gauge
from psycopg.rows import TupleRow, class_row

from domain.codec import CODEC
from domain.errors import UnreadableEvent
from domain.events import EventBody
from domain.quarantine import LEFT_OUT, counted
from projections.log.entry import Entry, Row
from projections.log.errors import StoreUnreachable
from projections.log.gaps import Gaps, QuarantineRow
from projections.log.queries import query

logger = logging.getLogger(__name__)

Policy = Literal["stop", "quarantine"]
"""What to do about an event that cannot be read: wait in front of it, or leave it out."""

CONNECT_SECONDS_MAX = 5
REASON_LENGTH_MAX = 500

POISONED = Gauge(
    "slackwater_poisoned_position",
    "The event that this worker cannot read and waits in front of; 0: none.",
)


@dataclass(frozen=True, slots=True)
class Poison:
    """An event that cannot be read and is not in quarantine."""

    position: int
    topic: str
    reason: str


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An event that is in quarantine or, if `released` names a retry, was there."""

    position: int
    originator_id: UUID
    topic: str
    reason: str
    since: datetime
    released: int | None
    state: bytes

    def is_left_out_by(self, release: int) -> bool:
        """Whether a generation that knows the retries up to this one leaves the event out."""
        return self.released is None or self.released > release

    @property
    def can_be_read(self) -> bool:
        """Whether this version of Slackwater can read it."""
        try:
            CODEC.decode(self.topic, bytes(self.state))
        except UnreadableEvent:
            return False
        return True


class Quarantine:
    """Not safe to share by threads. All methods raise StoreUnreachable.

    What is known of it is kept: it covers every position up to which its user has read by itself.
    Who learns that somebody else has gone further has to `forget` first.
    """

    def __init__(
        self, database_url: str, policy: Policy = "stop", *, application: str = "slackwater"
    ) -> None:
        self._url = database_url
        self._policy = policy
        self._application = application
        self._connection: psycopg.Connection[TupleRow] | None = None
        self._rows: list[QuarantineRow] | None = None
        self._gaps: dict[int, Gaps] = {}
        self._told: set[int] = set()
        self.poison: Poison | None = None
        """What its user waits in front of."""

    def forget(self) -> None:
        """It is looked at again before anything else is read."""
        self._rows = None
        self._gaps.clear()

    def rest(self) -> None:
        """Its user has nothing to read, and so waits in front of nothing."""
        self._wait_for(None)

    def gaps(self, release: int) -> Gaps:
        """What a generation leaves out that knows the retries up to this one."""
        if release not in self._gaps:
            if self._rows is None:
                with self._connected() as connection:
                    self._rows = connection.execute(query("select_quarantine")).fetchall()
            self._gaps[release] = Gaps.of(self._rows, release)
        return self._gaps[release]

    def release_number(self) -> int:
        """The newest retry: what a generation that begins now knows."""
        with self._connected() as connection:
            row = connection.execute(query("select_release")).fetchone()
        assert row is not None
        return row[0]

    def read(self, entries: Sequence[Entry], release: int) -> list[Entry]:
        """The entries as such a generation takes them, up to the first that it must not pass."""
        found: list[Entry] = []
        for entry in entries:
            try:
                found.append(self._read(entry, release))
            except UnreadableEvent as error:
                self._wait_for(Poison(entry.position, entry.topic, str(error)))
                return found
        if self.poison and entries and entries[-1].position >= self.poison.position:
            self._wait_for(None)
        return found

    def body(
        self, position: int, originator_id: bytes, topic: str, state: bytes, release: int
    ) -> EventBody:
        """What an event says to such a generation; `originator_id`: the 16 bytes of the UUID.

        Raises UnreadableEvent at one that it must not pass.
        """
        out = self.gaps(release).positions
        if position in out:
            return LEFT_OUT
        try:
            return counted(CODEC.decode(topic, state), out)
        except UnreadableEvent as error:
            event = position, UUID(bytes=originator_id), topic, state
            self._leave_out(event, error, release)
            return LEFT_OUT

    def events(self) -> list[Quarantined]:
        """Everything that is or was in quarantine, oldest first."""
        with (
            self._connected() as connection,
            connection.cursor(row_factory=class_row(Quarantined)) as cursor,
        ):
            return cursor.execute(query("select_quarantined_events")).fetchall()

    def give_back(self, positions: Iterable[int]) -> None:
        """Releases these events: to every generation that begins from now on."""
        with self._connected() as connection:
            connection.execute(query("release_quarantined"), {"positions": list(positions)})
        self.forget()

    def close(self) -> None:
        """Closes the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _read(self, entry: Entry, release: int) -> Entry:
        try:
            return self.gaps(release).taken(entry)
        except UnreadableEvent as error:
            event = entry.position, entry.originator_id, entry.topic, entry.state
            self._leave_out(event, error, release)
            return replace(entry, is_left_out=True)

    def _leave_out(self, event: Row, error: UnreadableEvent, release: int) -> None:
        """Sees to it that the event is in quarantine. Raises the error if it must not be."""
        position, originator_id, topic, state = event
        if self._policy == "quarantine":
            values = {
                "position": position, "originator_id": originator_id, "topic": topic,
                "state": state, "reason": str(error)[:REASON_LENGTH_MAX],
            }  # fmt: skip
            with self._connected() as connection:
                connection.execute(query("insert_quarantined"), values)
        self.forget()  # somebody else may have put it there
        if position not in self.gaps(release).positions:
            raise error
        if position not in self._told:
            self._told.add(position)
            logger.warning("left out from now on: the event at position %d: %s", position, error)

    def _wait_for(self, poison: Poison | None) -> None:
        self.poison = poison
        POISONED.set(poison.position if poison else 0)
        if poison and poison.position not in self._told:
            self._told.add(poison.position)
            logger.error(
                "stopped before position %d, and nothing goes past it: %s. Start a version that "
                "can read it, or set SLACKWATER_POISON=quarantine to leave it out",
                poison.position, poison.reason,
            )  # fmt: skip

    @contextmanager
    def _connected(self) -> Generator[psycopg.Connection[TupleRow]]:
        try:
            if self._connection is None:
                self._connection = psycopg.connect(
                    self._url,
                    autocommit=True,
                    connect_timeout=CONNECT_SECONDS_MAX,
                    application_name=self._application,
                )
            yield self._connection
        except psycopg.Error as error:
            self.close()
            raise StoreUnreachable(f"the quarantine does not answer: {error}") from error
