"""The event store as a reader sees it: one connection, made again when it broke.

It only SELECTs, but for one thing: the active relay gives a store that was replaced a new epoch.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from domain.events import Registered
from projections.log.entry import Entry, chained
from projections.log.errors import HistoryMismatch, StoreUnreachable
from projections.log.queries import query

CHANNEL = "slackwater_events"
"""What the writers NOTIFY: a hint that there is something new, nothing to rely on."""

CONNECT_SECONDS_MAX = 5


class Store:
    """Reads the log. Not safe to share by threads. All methods raise StoreUnreachable."""

    def __init__(self, url: str, *, application: str) -> None:
        self._url = url
        self._application = application
        self._connection: psycopg.Connection[TupleRow] | None = None
        self._select_entries = query("select_entries")
        self._select_range = query("select_range")
        self._select_keys = query("select_keys")
        self._select_head = query("select_head")
        self._select_entry = query("select_entry")
        self._select_epoch = query("select_epoch")
        self._listening = False

    def read_after(self, position: int, limit: int) -> list[Entry]:
        """The next entries above a position that is itself in the log (or 0), oldest first."""
        return self.with_keys(self._entries(self._select_entries, position, {"limit": limit}))

    def read_on(self, last: int, newest: Entry | None, limit: int) -> list[Entry]:
        """The same without keys, for who was at `last` before, where `newest` stood (None: not
        known).

        Raises HistoryMismatch if the store has something else there, or nothing: what comes after
        it then is not what came after it before.
        """
        if not last:
            return self._entries(self._select_entries, 0, {"limit": limit})
        found = self._entries(self._select_entries, last - 1, {"limit": limit + 1})
        is_there = bool(found) and found[0].position == last
        if not is_there or (newest is not None and _content(found[0]) != _content(newest)):
            raise HistoryMismatch(
                f"the store does not have the event at position {last} any more that was read there"
            )
        return found[1:]

    def read_up_to(self, position: int, until: int) -> list[Entry]:
        """All entries above a position that is itself in the log (or 0) up to another; no keys."""
        return self._entries(self._select_range, position, {"until": until})

    def with_keys(self, entries: list[Entry]) -> list[Entry]:
        """These entries, each registration with the person's key, unless they are erased."""
        people = [entry.position for entry in entries if entry.topic == Registered.TOPIC]
        if not people:
            return entries
        with self._connected() as connection:
            found = connection.execute(self._select_keys, {"numbers": people}, prepare=True)
            keys: dict[int, bytes] = dict(found.fetchall())
        return [replace(one, key=keys.get(one.position, b"")) for one in entries]

    def traces(self, position: int, until: int) -> dict[int, str]:
        """The traces that the events above a position and up to another came from, if any."""
        given = {"after": position, "until": until}
        with self._connected() as connection:
            return dict(connection.execute(query("select_traces"), given, prepare=True).fetchall())

    def head(self) -> int:
        """The newest position; 0 while there is no history."""
        with self._connected() as connection:
            row = connection.execute(self._select_head).fetchone()
        return row[0] if row else 0

    def holds(self, entry: Entry) -> bool:
        """Whether this very event stands in the store, at this very position."""
        with self._connected() as connection:
            row = connection.execute(self._select_entry, {"position": entry.position}).fetchone()
        return row == _content(entry)

    def has(self, position: int) -> bool:
        """Whether any event stands at this position."""
        with self._connected() as connection:
            row = connection.execute(self._select_entry, {"position": position}).fetchone()
        return row is not None

    def renew_epoch(self, *, found: str, carried: str) -> str | None:
        """Gives this history a new epoch, since the read models are of another, `carried`.

        Only while the epoch is still the one that was `found`; None if it is not. Whoever else
        comes with the same `carried` gets the same new epoch, so two relays agree, and one that
        was killed half-way is followed by one that goes on.
        """
        with self._connected() as connection, connection.transaction():
            connection.execute(query("add_replaces"))
            row = connection.execute(query("lock_epoch")).fetchone()
            if row is None:
                return None
            epoch, replaces = row
            if replaces == carried:
                return epoch
            if epoch != found:
                return None
            row = connection.execute(query("renew_epoch"), {"replaces": carried}).fetchone()
            return row[0] if row else None

    def epoch(self) -> str:
        """The epoch of this store's history."""
        with self._connected() as connection:
            row = connection.execute(self._select_epoch).fetchone()
        if row is None:
            raise StoreUnreachable("the store has no epoch yet: start the command API first")
        return row[0]

    def newest_retry(self) -> int:
        """The number of the newest retry of events that were in quarantine; 0: there was none."""
        with self._connected() as connection:
            row = connection.execute(query("select_release")).fetchone()
        assert row is not None
        return row[0]

    def wait_for_hint(self, seconds: float) -> bool:
        """Returns when a writer has notified, or after this time; whether one has, or may have.

        Who has once waited has to go on waiting, or close: what nobody fetches piles up in
        Postgres' queue, which all share.
        """
        with self._connected() as connection:
            if not self._listening:
                connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
                self._listening = True
                return True  # nobody heard what was notified before
            return bool(list(connection.notifies(timeout=seconds, stop_after=1)))

    def drop_hints(self) -> None:
        """Throws away the hints that have piled up here while nobody waited for one."""
        if self._listening:
            with self._connected() as connection:
                for _ in connection.notifies(timeout=0):
                    pass

    def close(self) -> None:
        """Closes the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
            self._listening = False

    def _entries(self, statement: sql.SQL, position: int, bounds: dict[str, int]) -> list[Entry]:
        with self._connected() as connection:
            parameters = {"after": position} | bounds
            rows = connection.execute(statement, parameters, prepare=True).fetchall()
        return chained(rows, position)

    @contextmanager
    def _connected(self) -> Generator[psycopg.Connection[TupleRow]]:
        try:
            if self._connection is None:
                self._connection = self._connect()
            yield self._connection
        except psycopg.Error as error:
            self.close()
            raise StoreUnreachable(f"the event store does not answer: {error}") from error

    def _connect(self) -> psycopg.Connection[TupleRow]:
        return psycopg.connect(
            self._url,
            autocommit=True,
            connect_timeout=CONNECT_SECONDS_MAX,
            application_name=self._application,
        )


def _content(entry: Entry) -> tuple[object, ...]:
    return entry.originator_id, entry.topic, entry.state
