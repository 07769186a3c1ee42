"""Who of a shard's people has a cold feed, and as of when the others' feeds were built again.

No history says so: it is what the shard itself says, and everything else there has to fit it. A
feed takes in what its owner follows from the position on as of which it was built again; a cold one
takes in nothing, as if that position never came.
"""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from redis import Redis

from projections.home_feed.keys import WARMTH
from projections.packed import pack
from projections.shards import Shard
from projections.verify.errors import CannotTell
from projections.verify.items import WRONG_TYPE, number_in
from projections.verify.truth import STILL, Numbers

COLD = STILL
"""As the position from which on a feed takes something in."""

PEOPLE_AT_ONCE = 5_000


class WarmthMoved(Exception):
    """Some feed of the shard went cold or warm after it was looked at: look again."""


def since_in(found: Any, shard: Shard) -> Numbers:
    """From when on each feed takes in what its owner follows; 0: from ever. Raises CannotTell."""
    if found is WRONG_TYPE:
        raise CannotTell(f"{shard.tag}{WARMTH} is no hash: delete it, and repair")
    numbers = [0 if value is None else _since(value) for value in cast("list[bytes | None]", found)]
    return np.array(numbers, np.int64)


def reads_warmth(shard: Shard, people: Sequence[int]) -> bytes:
    """The command for it, packed."""
    return pack(("HMGET", f"{shard.tag}{WARMTH}", *people))


class Warmth:
    """Of any shard's people, as of a look at something else."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def since(self, shard: Shard, people: Numbers, turns: int) -> Numbers:
        """As `since_in`, of these people; `turns`: as that look found them. Raises WarmthMoved."""
        parts: list[Numbers] = [np.empty(0, np.int64)]
        for at in range(0, len(people), PEOPLE_AT_ONCE):
            some = people[at : at + PEOPLE_AT_ONCE].tolist()
            with self._redis.pipeline(transaction=True) as pipe:
                pipe.hmget(shard.checkpoint_key, "turns", "turning")
                pipe.hmget(f"{shard.tag}{WARMTH}", some)
                (now, turning), found = cast("tuple[list[bytes | None], Any]", pipe.execute())
            if int(now or 0) != turns or turning:
                raise WarmthMoved
            parts.append(since_in(found, shard))
        return np.concatenate(parts)


def _since(value: bytes) -> int:
    number = number_in(value)
    return 0 if number is None else number or COLD
