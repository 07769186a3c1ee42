"""Bytes of Redis' memory for who follows whom, both directions, in a long-tailed graph."""

import random
from collections.abc import Generator, Mapping
from contextlib import contextmanager

import uuid_utils.compat
from redis import Redis

from domain.events import Followed
from projections.profiles.apply import PROJECTION
from tests.bench.figures import Better, Goal
from tests.bench.ground import Ground
from tests.bench.history import Person, long_tailed_pairs
from tests.bench.log import AT, Applier, Log
from tests.bench.memory import empty, settled_bytes
from tests.bench.row import Comparison, Contestants, Row

FOLLOWS_EACH = 30
SHARDS, WINDOW = 4, 500

OURS = "lists of numbers"
SETS = "sets of UUID strings"

FIGURE = "an edge"


@contextmanager
def contestants(ground: Ground) -> Generator[Contestants]:
    """One graph, kept in two ways, one after the other on one Valkey."""
    people = [
        Person(uuid_utils.compat.uuid7(), 2 * number)
        for number in range(1, 1 + ground.effort.of(tiny=100, quick=3_000, full=20_000))
    ]
    pairs = long_tailed_pairs(random.Random(ground.seed), people, FOLLOWS_EACH)
    random.Random(ground.seed).shuffle(pairs)  # follows come in no order
    follows = [Followed(at=AT, follower=a.number, followee=b.number) for a, b in pairs]
    with ground.valkey() as (_, redis):

        def ours() -> Mapping[str, float]:
            empty(redis)
            applier = Applier(redis, PROJECTION, shards=SHARDS, window=WINDOW)
            before = settled_bytes(redis)
            applier.apply(Log().grow(follows))
            return {FIGURE: (settled_bytes(redis) - before) / len(pairs)}

        def sets() -> Mapping[str, float]:
            empty(redis)
            before = settled_bytes(redis)
            _add_sets(redis, pairs)
            return {FIGURE: (settled_bytes(redis) - before) / len(pairs)}

        yield {OURS: ours, SETS: sets}


def _add_sets(redis: Redis, pairs: list[tuple[Person, Person]]) -> None:
    for start in range(0, len(pairs), 1_000):
        with redis.pipeline(transaction=False) as pipe:
            for follower, followee in pairs[start : start + 1_000]:
                pipe.sadd(f"following:{follower.id}", str(followee.id))
                pipe.sadd(f"followers:{followee.id}", str(follower.id))
            pipe.execute()


ROW = Row(
    "memory of the graph",
    (Comparison(FIGURE, "bytes", Better.LOWER, OURS, SETS, Goal(ratio_min=8)),),
    contestants,
    warms_up=True,
)
