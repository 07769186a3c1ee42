"""The figures that a person asks for first."""

import contextlib
from collections.abc import Mapping
from itertools import chain
from typing import Any

from edge.metrics import RecentRequests, percentiles_ms
from projections.errors import ProjectionUnavailable, RelationalUnreachable
from projections.vitals import vitals_of
from query_api.cache import FactCache
from query_api.errors import RedisAway
from query_api.lag_watch import LagWatch
from query_api.read_models import ReadModels
from query_api.sources import Sources


async def summarise(
    models: ReadModels, sources: Sources, lag: LagWatch, recent: RecentRequests
) -> Mapping[str, object]:
    """Requests, where reads come from, head, lag by shard, caches, propagation, workers.

    What only one store knows is left out while that one is away. Raises RedisError.
    """
    lags: dict[str, object] = {}
    with contextlib.suppress(ProjectionUnavailable, RedisAway):
        lags |= await models.breaker.call(lag.measure)
    with contextlib.suppress(ProjectionUnavailable, RelationalUnreachable):
        lags |= await lag.measure_tables()
    relays, projectors = await _workers(models, "relay"), await _workers(models, "projector")
    propagations = chain.from_iterable(one["propagation_seconds"] for one in projectors)
    return {
        "requests": recent.summary(),
        "reads": sources.summary(),
        "head": {"position": models.watch.head.position, "epoch": models.watch.epoch},
        "lag": lags,
        "quarantine": {"events": models.watch.quarantined},
        "caches": {"posts": _cache(models.bodies), "profiles": _cache(models.people)},
        "propagation_ms": percentiles_ms(list(propagations)),
        "workers": {
            "relays": relays,
            "projectors": [
                {name: value for name, value in one.items() if name != "propagation_seconds"}
                for one in projectors
            ],
        },
    }


async def _workers(models: ReadModels, role: str) -> list[dict[str, Any]]:
    try:
        return await models.breaker.call(lambda: vitals_of(models.redis, role))
    except RedisAway:
        return []


def _cache(cache: FactCache[Any]) -> dict[str, int]:
    return {"hits": cache.hits, "misses": cache.misses}
