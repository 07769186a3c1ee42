"""Erasures that are under way: who is erased, and what of theirs has not ended yet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from command_api.event_store.datastore import UrlDatastore
from command_api.event_store.queries import query

POSITIONS_AT_ONCE = 16_000
"""So that no statement takes a noticeable part of what the most hurried wait for an answer."""

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
        self._head = query("select_head", **names)

    def waiting(self, seconds: float) -> list[ErasedPerson]:
        """Those under way for so many seconds already."""
        with self._datastore.get_connection() as connection:
            rows = connection.execute(self._select, {"seconds": seconds}).fetchall()
        return [ErasedPerson(row["number"], row["person"]) for row in rows]

    def erased_of(self, people: Sequence[UUID]) -> list[UUID]:
        """Which of these people are erased."""
        with self._datastore.get_connection() as connection:
            rows = connection.execute(self._erased, {"people": list(people)}).fetchall()
        return [row["originator_id"] for row in rows]

    def end(self, erased: ErasedPerson) -> None:
        """Everything of theirs has ended."""
        with self._datastore.get_connection() as connection:
            connection.execute(self._end, {"number": erased.number})

    def ties(self, number: int) -> Iterator[tuple[int, StoredEvent]]:
        """Events that may be posts or follows of a person, or follows by others, oldest first, and
        their positions.
        """
        names = [
            b'%%"%s":%d%s%%' % (field, number, end)
            for field in (b"author", b"follower", b"followee")
            for end in (b",", b"}")
        ]
        with self._datastore.get_connection() as connection:
            row = connection.execute(self._head).fetchone()
            head = (row["head"] or 0) if row else 0
        for after in range(number, head, POSITIONS_AT_ONCE):
            yield from self._ties_in(names, after, min(after + POSITIONS_AT_ONCE, head))

    def _ties_in(
        self, names: list[bytes], after: int, until: int
    ) -> Iterator[tuple[int, StoredEvent]]:
        given = {"names": names, "after": after, "until": until, "bytes": NAMING_BYTES_MAX}
        with self._datastore.get_connection() as connection:
            rows = connection.execute(self._ties, given, prepare=False).fetchall()
        for row in rows:
            yield (
                row["notification_id"],
                StoredEvent(
                    originator_id=row["originator_id"],
                    originator_version=row["originator_version"],
                    topic=row["topic"],
                    state=bytes(row["state"]),
                ),
            )
