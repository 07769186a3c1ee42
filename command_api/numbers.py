"""The numbers of people, remembered: a person's number is the position of their registration.

It changes only if the store is replaced by another. So nothing rests on what is remembered here:
each append says which numbers it takes for granted, and is refused if they are wrong.
"""

import threading
from collections.abc import Iterable
from uuid import UUID

from cachetools import LRUCache

NUMBERS_CACHED_MAX = 200_000


class Numbers:
    """Safe to share by threads; the least recently used leave when it is full."""

    def __init__(self) -> None:
        self._numbers: LRUCache[UUID, int] = LRUCache(NUMBERS_CACHED_MAX)
        self._lock = threading.Lock()

    def get(self, person_id: UUID) -> int | None:
        """A person's number, if it is remembered."""
        with self._lock:
            return self._numbers.get(person_id)

    def remember(self, person_id: UUID, number: int) -> None:
        """What the store has just said."""
        with self._lock:
            self._numbers[person_id] = number

    def forget(self, people: Iterable[UUID]) -> None:
        """The store has to be asked again for these."""
        with self._lock:
            for person_id in people:
                self._numbers.pop(person_id, None)
