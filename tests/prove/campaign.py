"""Histories one after another, until enough or until time is up."""

import asyncio
import time
from collections.abc import Callable, Iterable

from redis.asyncio import Redis as AsyncRedis

from projections.worker import connect_redis
from tests.prove.history import prove_one
from tests.prove.run import Bench
from tests.prove.tally import DIFFERENCES_KEPT_MAX, Tally

Told = Callable[[Tally], object]


def prove(
    redis_url: str,
    database_url: str,
    seed: int,
    numbers: Iterable[int],
    *,
    until: float = float("inf"),
    tell: Told = lambda _: None,
) -> Tally:
    """Lives through these histories of a campaign; `tell` hears of each.

    `until`: a time of the monotonic clock. The servers are this caller's alone: they are emptied.
    """
    total = Tally()
    redis, async_redis = connect_redis(redis_url), AsyncRedis.from_url(redis_url)
    with asyncio.Runner() as runner:
        bench = Bench(redis, async_redis, runner.get_loop(), database_url)
        for number in numbers:
            if time.monotonic() > until or total.differences_found >= DIFFERENCES_KEPT_MAX:
                break
            tally = prove_one(bench, seed, number)
            total.add(tally)
            tell(tally)
        runner.get_loop().run_until_complete(async_redis.aclose())
    redis.close()
    return total
