"""A network large enough to be built in bulk and verified at speed."""

import random
from collections.abc import Generator
from contextlib import contextmanager

from tests.bench.ground import Ground
from tests.bench.history import HistoryWriter, authors, long_tailed_pairs
from tests.bench.world import World, world

FOLLOWS_EACH = 20
POSTS_EACH = 5


@contextmanager
def large_world(ground: Ground) -> Generator[World]:
    """Written and projected into Redis; no worker runs any more."""
    rng = random.Random(ground.seed)
    with world(ground) as made:
        write_network(made, rng, ground.effort.of(tiny=40, quick=5_000, full=20_000))
        made.project(tables=False)
        yield made


def write_network(made: World, rng: random.Random, count: int) -> None:
    """So many people, whom they follow, and what they post."""
    writer = HistoryWriter(made.write_model)
    people = writer.people(count)
    writer.follows(long_tailed_pairs(rng, people, min(FOLLOWS_EACH, count // 3)))
    writer.posts(authors(rng, people, POSTS_EACH * count))
