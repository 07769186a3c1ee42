"""A bounded cache of immutable facts by number, filled from the read models.

A post's body and its author never change within a history, so a cached one is never wrong until
another history comes; whether a post is still visible is not asked here but of the windows, which
a deletion empties.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from cachetools import LRUCache
from prometheus_client import Counter

LOOKUPS = Counter("slackwater_cache_lookups_total", "Look-ups in the caches.", ["cache", "outcome"])

Fact = TypeVar("Fact")
Load = Callable[[Sequence[int]], Awaitable[dict[int, Fact]]]


class FactCache(Generic[Fact]):
    """Facts by number; the least recently used leave when it is full."""

    def __init__(self, name: str, load: Load[Fact], entries_max: int) -> None:
        self._load = load
        self._entries_max = entries_max
        self.forget()
        self._hits = LOOKUPS.labels(name, "hit")
        self._misses = LOOKUPS.labels(name, "miss")
        self.hits = 0
        self.misses = 0

    async def get(self, numbers: Sequence[int]) -> dict[int, Fact]:
        """The facts with these numbers; a number that the read model does not have is left out."""
        facts = self._facts
        found = {n: facts[n] for n in numbers if n in facts}
        missing = list(dict.fromkeys(n for n in numbers if n not in found))
        self._count(len(found), len(missing))
        if missing:
            loaded = await self._load(missing)
            facts.update(loaded)  # if these are forgotten by now, they are of another history
            found |= loaded
        return found

    def known(self, number: int) -> Fact | None:
        """The fact, if it is here already; nothing is counted or loaded."""
        return self._facts.get(number)

    def forget(self) -> None:
        """The numbers mean something else from now on."""
        self._facts: LRUCache[int, Fact] = LRUCache(self._entries_max)

    def _count(self, hits: int, misses: int) -> None:
        self.hits += hits
        self.misses += misses
        self._hits.inc(hits)
        self._misses.inc(misses)
