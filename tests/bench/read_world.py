"""A network whose feeds can be read: written, projected, and known in full."""

import heapq
import random
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

from tests.bench.ground import Ground
from tests.bench.history import HistoryWriter, Person, authors, long_tailed_pairs
from tests.bench.world import World, world

PAGE = 20

FOLLOWS_EACH = 50
POSTS_EACH = 10


@dataclass(frozen=True, slots=True)
class ReadWorld:
    """`readers`: everybody whose feed has more than a page. `written`: posts by author."""

    world: World
    readers: list[Person]
    follows: dict[Person, list[Person]]
    written: dict[Person, list[int]]

    def feed_of(self, person: Person, entries: int) -> list[int]:
        """The newest numbers of a feed, by the feed rule."""
        sources = [self.written[one] for one in (person, *self.follows[person])]
        return list(islice(heapq.merge(*sources, reverse=True), entries))


@contextmanager
def read_world(ground: Ground) -> Generator[ReadWorld]:
    """Projected into Redis and into the tables; no worker runs any more."""
    rng = random.Random(ground.seed)
    with world(ground) as made:
        writer = HistoryWriter(made.write_model)
        people = writer.people(ground.effort.of(tiny=30, quick=500, full=2_000))
        pairs = long_tailed_pairs(rng, people, min(FOLLOWS_EACH, len(people) // 3))
        writer.follows(pairs)
        by = authors(rng, people, POSTS_EACH * len(people))
        follows: dict[Person, list[Person]] = defaultdict(list)
        for follower, followee in pairs:
            follows[follower].append(followee)
        written: dict[Person, list[int]] = defaultdict(list)
        for author, number in zip(by, writer.posts(by), strict=True):
            written[author].insert(0, number)
        made.project()
        read = ReadWorld(made, people, follows, written)
        readers = [person for person in people if len(read.feed_of(person, PAGE + 1)) > PAGE]
        yield ReadWorld(made, readers, follows, written)
