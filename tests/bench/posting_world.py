"""Everything that `up` runs for reading but the relay, and many who post, each to a hundred."""

import random
import sys
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from tests.bench.ground import Ground
from tests.bench.history import HistoryWriter, Person
from tests.bench.load import posts
from tests.bench.probe import Probe
from tests.bench.world import World, world
from tests.waiting import until

POSTS_PER_SECOND = 500
PROBES_PER_SECOND = 20
FOLLOWERS = 100
PROJECTORS = 2
"""As `up` runs them."""

SETTLE_SECONDS = 1.0


@dataclass(slots=True)
class PostingWorld:
    """`made` with its query API. `posts_per_second`: how many the last writing came to."""

    made: World
    address: str
    author: Person
    follower: Person
    writer: list[str]
    posts_per_second: float = 0.0

    @contextmanager
    def probed(self, relay: list[str]) -> Generator[Probe]:
        """A probe, with this module as the relay, while the others post."""
        with self.made.program([sys.executable, "-m", *relay], {}):
            self.made.let_catch_up(tables=True)
            with self.made.program(self.writer, {}) as writing:
                time.sleep(SETTLE_SECONDS)
                # A connection of its own each time: an idle one is closed by the server.
                with closing(Probe(self.made, self.address, self.author, self.follower)) as probe:
                    yield probe
                writing.ask_to_stop()
                until(lambda: writing.exit_code() is not None, "the writer ends")
                self.posts_per_second = float(writing.last_words(lines=1))


@contextmanager
def posting_world(ground: Ground) -> Generator[PostingWorld]:
    """Projected, with workers and query API running."""
    effort = ground.effort
    rate = effort.of(tiny=20, quick=POSTS_PER_SECOND, full=POSTS_PER_SECOND)
    with world(ground) as made:
        author, follower, authors = _network(
            made, ground.seed, effort.of(tiny=120, quick=1_000, full=2_000)
        )
        made.project()
        file = ground.file("authors")
        file.write_text("\n".join(str(each.id) for each in authors), encoding="utf-8")
        writer = [sys.executable, "-m", posts.__name__, str(rate - PROBES_PER_SECOND), str(file)]
        with (
            made.running(*["projector"] * PROJECTORS, "relational-projector"),
            made.serving("query-api") as address,
        ):
            yield PostingWorld(made, address, author, follower, writer)


def _network(made: World, seed: int, count: int) -> tuple[Person, Person, list[Person]]:
    """Who is probed, who looks, and everybody else; each author has so many followers."""
    writer, rng = HistoryWriter(made.write_model), random.Random(seed)
    author, follower, *people = writer.people(count + 2)
    pairs = [(follower, author), *((each, author) for each in rng.sample(people, FOLLOWERS - 1))]
    for followee in people:
        others = rng.sample(people, FOLLOWERS + 1)
        pairs += [(each, followee) for each in others if each is not followee][:FOLLOWERS]
    writer.follows(pairs)
    return author, follower, people
