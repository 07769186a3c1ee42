"""Group commit: while one transaction commits, the next one gathers every waiting append.

Knows nothing of SQL: it is told how to commit a group. Each append stays atomic on its own.
"""

import asyncio
import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import NoReturn
from uuid import UUID

from eventsourcing.persistence import (
    IntegrityError,
    InterfaceError,
    OperationalError,
    StoredEvent,
)

from command_api.event_store.command_records import CommandRecord
from command_api.event_store.errors import AppendInDoubt, StoreBusy

QUEUE_LENGTH_MAX = 10_000
"""Appends that may wait; one more is refused."""

GROUP_EVENTS_MAX = 1_000
"""Events in one transaction, unless what came together has more."""

COME_AGAIN_SECONDS_MAX = 0.001
"""How long a group waits for those who were in the last one. A caller who is alone never waits."""

FORGOTTEN_AFTER_SECONDS = 0.01
"""Who comes later than this after the last group is not waited for any more."""

ANSWER_SECONDS_MAX = 20.0
"""How long a caller waits, for a store that hangs instead of refusing."""

Place = tuple[UUID | str, int]
"""An aggregate and a version in it: what two appends conflict about."""


@dataclass(eq=False, slots=True)
class Append:
    """Events that are stored together or not at all, and the positions which they get.

    With a `record`, the command is remembered with them; a command of its id is stored once.
    `assumed`: whose event has to stand at which position, as the newest of its aggregate, for them
    to be right. `key` is that of the person whom the last of them registers; `erases` is
    the number of the person whom the last of them erases: their key is destroyed with it.
    `key_epoch`: of the history whose key has sealed them; in another one they could not be opened.
    `traceparent`: of the request, if it is traced.
    """

    events: Sequence[StoredEvent]
    record: CommandRecord | None = None
    assumed: Mapping[int, UUID] = field(default_factory=dict[int, UUID])
    key: bytes | None = None
    erases: int | None = None
    key_epoch: str = ""
    traceparent: str | None = None
    positions: Future[list[int]] = field(default_factory=Future)
    waiter: asyncio.Future[None] | None = None
    """Of a caller on an event loop: done soon after `positions`."""

    places: AbstractSet[Place] = field(init=False)
    """The places in aggregates which these events would take."""

    def __post_init__(self) -> None:
        self.places = {(event.originator_id, event.originator_version) for event in self.events}

    @property
    def claims(self) -> AbstractSet[Place]:
        """What no other append of the same group may want."""
        return self.places | {(self.record.id, 0)} if self.record else self.places


class GroupCommitter:
    """One thread that commits whatever is waiting, in the order of arrival.

    `commit` gets a group of appends, no two of which want the same place, and must settle every
    one of their futures; if it raises, the whole group fails with that error.
    """

    def __init__(
        self, commit: Callable[[Sequence[Append]], None], *, answer_seconds: float | None = None
    ) -> None:
        self._commit = commit
        self._answer_seconds = answer_seconds
        self._waiting: deque[Sequence[Append]] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._expected = self._taken = 0
        self._ended_at = 0.0
        self._wanted = 1
        self._thread: threading.Thread | None = None

    def append(self, append: Append) -> list[int]:
        """Stores the events and returns their positions; blocks until they are committed.

        Raises StoreBusy, IntegrityError on a conflict, CommandStands, OperationalError if the
        store is away, AppendInDoubt if nobody can tell (yet).
        """
        self.append_together([append])
        return append.positions.result()

    def append_together(self, appends: Sequence[Append]) -> None:
        """Stores several in one transaction, in their order; blocks until it is committed.

        Each is atomic on its own, and its `positions` tell what became of it. No two of them may
        want the same place. Raises what `append` raises, but for what concerns one of them alone.
        """
        if len(_claims(appends)) < sum(
            len(one.events) + (one.record is not None) for one in appends
        ):
            raise IntegrityError("two of these events want the same place in an aggregate")
        self._join_line(appends)
        try:
            for append in appends:  # one transaction: they end together
                append.positions.exception(self._answer_seconds or ANSWER_SECONDS_MAX)
        except TimeoutError:
            self._give_up(appends)

    async def append_awaited(self, append: Append) -> list[int]:
        """As `append`, of one event, for a caller on an event loop, which goes on meanwhile.

        A caller who is cancelled does not take the events back. Raises as `append` does; after
        StoreBusy or InterfaceError they are not stored, nor will be.
        """
        loop = asyncio.get_running_loop()
        append.waiter = loop.create_future()
        in_line = [append]
        self._join_line(in_line)
        bound = self._answer_seconds or ANSWER_SECONDS_MAX
        timer = loop.call_later(bound, _end, [append.waiter])  # cheaper than asyncio.timeout
        try:
            await append.waiter
        finally:
            timer.cancel()
        if not append.positions.done():
            self._give_up(in_line)
        return append.positions.result()

    def _join_line(self, appends: Sequence[Append]) -> None:
        with self._changed:
            if self._closed:
                raise InterfaceError("the event store is closed")
            if len(self._waiting) >= QUEUE_LENGTH_MAX:
                raise StoreBusy(f"{QUEUE_LENGTH_MAX} appends are waiting already; try again soon")
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name="group-committer", daemon=True
                )
                self._thread.start()
            self._waiting.append(appends)
            if len(self._waiting) >= self._wanted:
                self._changed.notify()

    def _give_up(self, appends: Sequence[Append]) -> NoReturn:
        """Raises OperationalError if they were still waiting: they are not stored, nor will be."""
        with self._changed:
            if appends in self._waiting:
                self._waiting.remove(appends)
                raise OperationalError("the event store does not answer; this was not sent")
        raise AppendInDoubt("the event store does not answer")

    def close(self) -> None:
        """Commits what is waiting and ends the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while group := self._gather():
            try:
                self._commit(group)
            except Exception as error:  # noqa: BLE001 - whatever it was, its callers are told
                for append in group:
                    if not append.positions.done():
                        append.positions.set_exception(error)
            assert all(append.positions.done() for append in group)
            _wake(group)
            self._ended_at = time.monotonic()
            self._expected = self._taken + len(self._waiting)  # all who are at it

    def _gather(self) -> list[Append]:
        """The next group; empty once closed and drained.

        What wants a place which this group takes already waits for the next one, and so does
        everything behind it: arrival order is kept. What came together stays together. After
        an erasure comes another group, which finds nobody there.
        """
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            # Who was answered just now mostly comes again at once. Without this look back they
            # would fall into two halves, each of which waits for the other's commit.
            now = time.monotonic()
            if now - self._ended_at > FORGOTTEN_AFTER_SECONDS:
                self._expected = 0
            deadline = now + COME_AGAIN_SECONDS_MAX
            self._wanted = self._expected  # woken once, not by each of them
            while len(self._waiting) < self._expected and (left := deadline - time.monotonic()) > 0:
                self._changed.wait(left)
            self._wanted, self._taken = 1, 0
            group: list[Append] = []
            taken: set[Place] = set()
            events = 0
            while self._waiting:
                appends = self._waiting[0]
                claims = _claims(appends)
                events += sum(len(append.events) for append in appends)
                if group and (events > GROUP_EVENTS_MAX or taken & claims):
                    break
                taken |= claims
                self._taken += 1
                group.extend(self._waiting.popleft())
                if any(append.erases is not None for append in appends):
                    break
            return group


def _claims(appends: Sequence[Append]) -> set[Place]:
    return set().union(*(append.claims for append in appends))


def _wake(group: Sequence[Append]) -> None:
    """Tells the callers on event loops, each loop once for all: to wake one is a system call."""
    waiters: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for append in group:
        if append.waiter is not None:
            waiters.setdefault(append.waiter.get_loop(), []).append(append.waiter)
    for loop, of_loop in waiters.items():
        with contextlib.suppress(RuntimeError):  # it is closed: nobody waits there any more
            loop.call_soon_threadsafe(_end, of_loop)


def _end(waiters: Sequence[asyncio.Future[None]]) -> None:
    for waiter in waiters:
        if not waiter.done():  # it was cancelled, or its time was up
            waiter.set_result(None)
