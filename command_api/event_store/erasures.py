"""Erasures that are under way: who is erased, and what of theirs has not ended yet."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from command_api.event_store.datastore import UrlDatastore
from command_api.event_store.queries import query

POSITIONS_AT_ONCE = 16_000
"""So that no statement takes a noticeable part of what the most hurried wait for an answer."""

PEOPLE_AT_ONCE = 10_000

NAMING_BYTES_MAX = 200
"""Of a payload, within which it says whom it names: a text comes after that."""


@dataclass(frozen=True, slots=True)
class ErasedPerson:
    """By number and id."""

    number: int
    person: UUID


class Erasures:
    """All methods raise the library's PersistenceError."""

    def __init__(self, datastore: UrlDatastore, events_table: str) -> None:
        names = {"schema": datastore.schema, "events_table": events_table}
        self._datastore = datastore
        self._select = query("select_erasures", **names)
        self._erased = query("select_erased", **names)
        self._end = query("end_erasure", **names)
        self._ties = query("select_ties", **names)
        self._counted = query("select_counted", **names)
        self._head = query("select_head", **names)

    def waiting(self, seconds: float) -> list[ErasedPerson]:
        """Those under way for so many seconds already."""
        with self._datastore.get_connection() as connection:
            rows = connection.execute(self._select, {"seconds": seconds}).fetchall()
        return [ErasedPerson(row["number"], row["person"]) for row in rows]

    def erased_of(self, people: Sequence[UUID]) -> list[UUID]:
        """Which of these people are erased."""
        erased: list[UUID] = []
        for first in range(0, len(people), PEOPLE_AT_ONCE):
            given = {"people": list(people[first : first + PEOPLE_AT_ONCE])}
            with self._datastore.get_connection() as connection:
                rows = connection.execute(self._erased, given).fetchall()
            erased += [row["originator_id"] for row in rows]
        return erased

    def counted(self, positions: Sequence[int]) -> list[int]:
        """Which of these are not in quarantine: they count, for everybody who can read them."""
        if not positions:
            return []
        with self._datastore.get_connection() as connection:
            rows = connection.execute(self._counted, {"positions": list(positions)}).fetchall()
        return [row["position"] for row in rows]

    def end(self, erased: ErasedPerson) -> None:
        """Everything of theirs has ended."""
        with self._datastore.get_connection() as connection:
            connection.execute(self._end, {"number": erased.number})

    def ties(self, number: int, limit: int) -> Iterator[list[tuple[int, StoredEvent]]]:
        """Events that may be posts or follows of a person, or follows by others, each the newest
        of its aggregate, with their positions; oldest first, at most so many at once.
        """
        names = [
            b'%%"%s":%d%s%%' % (field, number, end)
            for field in (b"author", b"follower", b"followee")
            for end in (b",", b"}")
        ]
        with self._datastore.get_connection() as connection:
            row = connection.execute(self._head).fetchone()
            head = (row["head"] or 0) if row else 0
        given = {"names": names, "bytes": NAMING_BYTES_MAX, "limit": limit}
        after = number
        while after < head:
            until = min(after + POSITIONS_AT_ONCE, head)
            found = self._ties_in(given | {"after": after, "until": until})
            if found:
                yield found
            after = found[-1][0] if len(found) == limit else until

    def _ties_in(self, given: Mapping[str, object]) -> list[tuple[int, StoredEvent]]:
        with self._datastore.get_connection() as connection:
            rows = connection.execute(self._ties, given, prepare=False).fetchall()
        return [
            (
                row["notification_id"],
                StoredEvent(
                    originator_id=row["originator_id"],
                    originator_version=row["originator_version"],
                    topic=row["topic"],
                    state=bytes(row["state"]),
                ),
            )
            for row in rows
        ]
