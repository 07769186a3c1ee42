"""The figures that a person asks for first."""

from collections.abc import Mapping
from itertools import chain
from typing import Any

from edge.metrics import RecentRequests, percentiles_ms
from projections.errors import ProjectionUnavailable
from projections.vitals import vitals_of
from query_api.cache import FactCache
from query_api.lag_watch import LagWatch
from query_api.read_models import ReadModels


async def summarise(
    models: ReadModels, lag: LagWatch, recent: RecentRequests
) -> Mapping[str, object]:
    """Requests, head, lag by shard, caches, propagation. Raises RedisError."""
    try:
        lags = await lag.measure()
    except ProjectionUnavailable:
        lags = {}
    projectors = await vitals_of(models.redis, "projector")
    propagations = chain.from_iterable(one["propagation_seconds"] for one in projectors)
    return {
        "requests": recent.summary(),
        "head": {"position": models.watch.head.position, "epoch": models.watch.epoch},
        "lag": lags,
        "quarantine": {"events": models.watch.quarantined},
        "caches": {"posts": _cache(models.bodies), "profiles": _cache(models.people)},
        "propagation_ms": percentiles_ms(list(propagations)),
        "workers": {
            "relays": await vitals_of(models.redis, "relay"),
            "projectors": [
                {name: value for name, value in one.items() if name != "propagation_seconds"}
                for one in projectors
            ],
        },
    }


def _cache(cache: FactCache[Any]) -> dict[str, int]:
    return {"hits": cache.hits, "misses": cache.misses}
