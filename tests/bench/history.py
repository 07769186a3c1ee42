"""A seeded, long-tailed network, written straight into an event store."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import uuid_utils.compat

from command_api.application import Slackwater
from command_api.event_store.mapper import EventMapper
from domain.events import DomainEvent, Followed, Published
from domain.follow import follow_id
from domain.person import register

EVENTS_AT_ONCE = 1_000

TEXT = "The moment between two tides when the sea stands still, and every mooring line hangs slack."
"""About as long as posts are."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody by public id and by number."""

    id: UUID
    number: int


class HistoryWriter:
    """Writes events in large appends, past the rules for single commands."""

    def __init__(self, write_model: Slackwater) -> None:
        self._recorder = write_model.recorder
        self._mapper = EventMapper()

    def people(self, count: int) -> list[Person]:
        """So many people, with handles that nobody else has."""
        name = uuid_utils.compat.uuid7().hex[-10:]
        ids = [uuid_utils.compat.uuid7() for _ in range(count)]
        events = [
            event
            for number, person in enumerate(ids)
            for event in register(
                person_id=person, handle=f"p_{name}_{number}", display_name=None, at=_now()
            )
        ]
        positions = self._append(events)
        return [Person(one, number) for one, number in zip(ids, positions[1::2], strict=True)]

    def follows(self, pairs: Iterable[tuple[Person, Person]]) -> None:
        """Each first of a pair follows the second; no pair may come twice."""
        at = _now()
        self._append(
            DomainEvent(
                follow_id(a.id, b.id), 1, Followed(at=at, follower=a.number, followee=b.number)
            )
            for a, b in pairs
        )

    def posts(self, authors: Iterable[Person], text: str = TEXT) -> list[int]:
        """A post of each, in this order; their numbers."""
        at = _now()
        return self._append(
            DomainEvent(
                uuid_utils.compat.uuid7(), 1, Published(at=at, author=author.number, text=text)
            )
            for author in authors
        )

    def _append(self, events: Iterable[DomainEvent]) -> list[int]:
        stored = [self._mapper.to_stored_event(event) for event in events]
        positions: list[int] = []
        for start in range(0, len(stored), EVENTS_AT_ONCE):
            positions += self._recorder.insert_events(stored[start : start + EVENTS_AT_ONCE])
        return positions


def long_tailed_pairs(
    rng: random.Random, people: Sequence[Person], follows_each: int
) -> list[tuple[Person, Person]]:
    """Who follows whom: a few have very many followers, most have few. Nobody twice."""
    famous = rng.choices(range(len(people)), fame(len(people)), k=len(people) * follows_each)
    pairs = {(rng.randrange(len(people)), whom) for whom in famous}
    return [(people[a], people[b]) for a, b in sorted(pairs) if a != b]


def fame(count: int) -> list[float]:
    """How likely each of so many people is to be followed: a power law with a flat top."""
    return [1 / (rank + 10) ** 0.8 for rank in range(count)]


def authors(rng: random.Random, people: Sequence[Person], posts: int) -> list[Person]:
    """Who writes each of so many posts: who is followed more also writes more."""
    activity = [weight**0.5 for weight in fame(len(people))]
    return rng.choices(people, activity, k=posts)


def _now() -> datetime:
    return datetime.now(UTC)
