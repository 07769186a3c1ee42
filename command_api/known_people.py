"""People, remembered: their numbers, that is the positions of their registrations, and keys.

Both change only if the store is replaced by another, or somebody is erased. So nothing rests on
what is remembered here: each append says whom it takes for granted, and of which epoch the key is
that sealed it, and is refused if it is wrong.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from cachetools import LRUCache

from domain.sealing import PersonKey

PEOPLE_CACHED_MAX = 200_000


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """`key` None: they registered before anything was sealed, so nothing of theirs is. `epoch`: of
    the history that says so, as far as was known when it was asked.
    """

    number: int
    key: PersonKey | None
    epoch: str


class KnownPeople:
    """Safe to share by threads; the least recently used leave when it is full."""

    def __init__(self) -> None:
        self._people: LRUCache[UUID, KnownPerson] = LRUCache(PEOPLE_CACHED_MAX)
        self._lock = threading.Lock()
        self._epoch = ""

    @property
    def epoch(self) -> str:
        """Of the history whose people these are; empty until one is known."""
        return self._epoch

    def enter(self, epoch: str) -> None:
        """Of another history than until now nobody is known."""
        with self._lock:
            if epoch != self._epoch:
                self._epoch = epoch
                self._people.clear()

    def get(self, person_id: UUID) -> KnownPerson | None:
        """A person, if they are remembered."""
        with self._lock:
            return self._people.get(person_id)

    def remember(self, person_id: UUID, known: KnownPerson) -> None:
        """What the store has just said, unless it has another history by now."""
        with self._lock:
            if known.epoch == self._epoch:
                self._people[person_id] = known

    def forget(self, people: Iterable[UUID]) -> None:
        """The store has to be asked again for these."""
        with self._lock:
            for person_id in people:
                self._people.pop(person_id, None)
