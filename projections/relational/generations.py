"""Generations of the tables: built in bulk beside the active one, switched to, dropped."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from psycopg import Cursor
from psycopg.rows import DictRow

from projections.errors import GenerationRefused
from projections.log.quarantine import Policy, Quarantine
from projections.relational.fold import Changes
from projections.relational.history import read_history
from projections.relational.queries import query
from projections.relational.recorder import Checkpoint, RelationalRecorder, State
from projections.relational.tables import Tables

LOAD_EVENTS = 50_000

Progress = Callable[[int, int], object]
"""Called with the position reached and the number of events read so far."""


@dataclass(frozen=True, slots=True)
class RelationalGeneration:
    """A complete build of the tables, or one that is being made."""

    number: int
    active: bool
    state: State
    position: int
    release: int = 0


class RelationalGenerations:
    """For who rebuilds; one at a time. All methods raise StoreUnreachable."""

    def __init__(self, database_url: str, poison: Policy = "stop") -> None:
        self._recorder = RelationalRecorder(database_url)
        self._quarantine = Quarantine(database_url, poison, application="slackwater rebuild")

    def all(self) -> list[RelationalGeneration]:
        """Every generation, by number."""
        with self._transaction() as cursor:
            cursor.execute(query("select_generations"))
            return [RelationalGeneration(**row) for row in cursor.fetchall()]

    def begin(self) -> int:
        """Begins a new generation and returns its number. It is empty and stands at position 0."""
        with self._transaction() as cursor:
            return self._recorder.begin(cursor, "building", active=False)

    def load(
        self,
        number: int,
        until: int | None = None,
        progress: Progress | None = None,
    ) -> int:
        """Brings a generation that is not active up to the newest event, or to `until`.

        Goes on where it stands, so it may be called again after it was killed. Returns the
        position reached. Raises GenerationRefused, UnreadableEvent.
        """
        found = {each.number: each for each in self.all()}
        _refuse_if_active({n: each.active for n, each in found.items()}, number, "is active")
        checkpoint, events = Checkpoint(number, found[number].position, found[number].release), 0
        self._quarantine.forget()
        while True:
            with self._transaction() as cursor:
                changes = self._read(cursor, checkpoint, until)
            if changes is None:
                break
            if not self._recorder.apply(checkpoint, changes, states=("building", "resting")):
                raise GenerationRefused(f"somebody else works on generation {number}")
            checkpoint, events = replace(checkpoint, position=changes.last), events + changes.events
            if progress is not None:
                progress(checkpoint.position, events)
        with self._transaction() as cursor:
            Tables(cursor, number).create_indexes()
        self._recorder.vacuum(number)
        return checkpoint.position

    def switch(self, number: int) -> None:
        """Lets readers follow this generation, caught up with the log; the old one rests.

        One transaction: nobody sees neither, or both. Raises GenerationRefused, UnreadableEvent.
        """
        # Most of the way without holding up the projectors of the active one.
        self.load(number)
        with self._transaction() as cursor:
            _refuse_if_active(_locked(cursor), number, "is active already")
            self._catch_up(cursor, number)
            cursor.execute(query("rest_active"))
            cursor.execute(query("make_active"), {"number": number})

    def rest(self, number: int) -> None:
        """Marks a generation as complete; it is fed no more, and can be activated."""
        with self._transaction() as cursor:
            _refuse_if_active(_locked(cursor), number, "is active")
            cursor.execute(query("rest_generation"), {"number": number})

    def activate(self, number: int) -> None:
        """Switches back to a generation that rests. Raises as switch does."""
        states = {each.number: each.state for each in self.all()}
        if states.get(number) != "resting":
            raise GenerationRefused(f"generation {number} is not one that rests")
        self.switch(number)

    def drop(self, number: int) -> None:
        """Removes a generation that is not active, complete or not. Raises GenerationRefused."""
        with self._transaction() as cursor:
            _refuse_if_active(_locked(cursor), number, "is active: switch to another first")
            self._recorder.remove(cursor, number)

    def close(self) -> None:
        """Closes the connections."""
        self._quarantine.close()
        self._recorder.close()

    @contextmanager
    def _transaction(self) -> Generator[Cursor[DictRow]]:
        self._recorder.ensure_registry()
        with self._recorder.transaction() as cursor:
            yield cursor

    def _catch_up(self, cursor: Cursor[DictRow], number: int) -> None:
        """Applies what is new, up to what is now the newest event.

        The active generation is not past it: the lock on the registry keeps it where it is.
        """
        cursor.execute(query("select_head"))
        row = cursor.fetchone()
        assert row is not None
        head: int = row["position"]
        self._recorder.lock_position(cursor, number)
        cursor.execute(query("select_generations"))
        [one] = [one for one in cursor.fetchall() if one["number"] == number]
        checkpoint = Checkpoint(number, one["position"], one["release"])
        while changes := self._read(cursor, checkpoint, head):
            Tables(cursor, number).write(changes)
            checkpoint = replace(checkpoint, position=changes.last)
            self._recorder.track(cursor, number, checkpoint.position)

    def _read(
        self, cursor: Cursor[DictRow], checkpoint: Checkpoint, until: int | None
    ) -> Changes | None:
        return read_history(cursor, self._quarantine, checkpoint, until, LOAD_EVENTS)


def _locked(cursor: Cursor[DictRow]) -> dict[int, bool]:
    """Which generations there are, and whether they are active, until the transaction ends."""
    cursor.execute(query("lock_generations"))
    return {row["number"]: row["active"] for row in cursor.fetchall()}


def _refuse_if_active(active: dict[int, bool], number: int, why: str) -> None:
    if number not in active:
        raise GenerationRefused(f"there is no generation {number}")
    if active[number]:
        raise GenerationRefused(f"generation {number} {why}")
