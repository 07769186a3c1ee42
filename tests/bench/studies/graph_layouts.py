"""What a follow edge would take in Redis' memory, both directions, if it were kept otherwise.

`python -m tests.bench.studies.graph_layouts [PEOPLE]`: the graph of the row "memory of the graph"
as lists (what the profiles projection keeps), as sets of integers, and as one packed string for
each person and direction. Only the edges' keys are written, named as ours are.
"""

import random
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

import uuid_utils.compat
from redis import Redis
from redis.client import Pipeline

from tests.bench.effort import Depth, Effort
from tests.bench.ground import fresh_ground
from tests.bench.history import Person, long_tailed_pairs
from tests.bench.memory import empty, settled_bytes
from tests.bench.rows.graph_memory import FOLLOWS_EACH, SHARDS

PEOPLE = 20_000
PIPELINED = 500
NUMBER_BYTES = 4

Layout = Callable[[Pipeline, str, list[int]], object]


def _as_list(pipe: Pipeline, key: str, numbers: list[int]) -> None:
    pipe.rpush(key, *sorted(numbers, reverse=True))


def _as_set(pipe: Pipeline, key: str, numbers: list[int]) -> None:
    pipe.sadd(key, *numbers)


def _as_string(pipe: Pipeline, key: str, numbers: list[int]) -> None:
    pipe.set(key, b"".join(number.to_bytes(NUMBER_BYTES, "big") for number in sorted(numbers)))


LAYOUTS: Mapping[str, Layout] = {
    "lists": _as_list,
    "sets of integers": _as_set,
    f"packed strings, {NUMBER_BYTES} bytes a number": _as_string,
}


def main() -> None:
    """Measures and prints bytes an edge."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else PEOPLE
    seed = random.randrange(1_000_000)
    people = [Person(uuid_utils.compat.uuid7(), 2 * number) for number in range(1, 1 + count)]
    pairs = long_tailed_pairs(random.Random(seed), people, FOLLOWS_EACH)
    keys = _keys(pairs)
    with fresh_ground(Effort(Depth.QUICK, 1), seed) as ground, ground.valkey() as (_, redis):
        print(f"seed {seed}; {count:,} people, {len(pairs):,} edges; bytes an edge")
        for name, layout in LAYOUTS.items():
            print(f"{name:32} {_bytes(redis, layout, keys) / len(pairs):6.2f}", flush=True)


def _keys(pairs: Sequence[tuple[Person, Person]]) -> dict[str, list[int]]:
    keys: dict[str, list[int]] = defaultdict(list)
    for follower, followee in pairs:
        keys[f"{{profiles:1:{followee.number % SHARDS}}}r:{followee.number}"] += [follower.number]
        keys[f"{{profiles:1:{follower.number % SHARDS}}}o:{follower.number}"] += [followee.number]
    return keys


def _bytes(redis: Redis, layout: Layout, keys: Mapping[str, list[int]]) -> int:
    empty(redis)
    before, names = settled_bytes(redis), list(keys)
    for first in range(0, len(names), PIPELINED):
        with redis.pipeline(transaction=False) as pipe:
            for name in names[first : first + PIPELINED]:
                layout(pipe, name, keys[name])
            pipe.execute()
    return settled_bytes(redis) - before


if __name__ == "__main__":
    main()
