"""The lag of every shard, measured here because this half goes on when the workers do not."""

import asyncio
import contextlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from prometheus_client import Gauge
from redis.exceptions import RedisError

from projections.errors import ProjectionUnavailable, RelationalUnreachable
from projections.home_feed.keys import COUNT_OF_COLD, HOME_FEED
from projections.posts.keys import POSTS
from projections.profiles.keys import PROFILES
from projections.reading import READ_FIELDS, ActiveGeneration, Looked
from projections.relational.keys import RELATIONAL
from projections.shards import Generation, Shard
from query_api.errors import RedisAway
from query_api.freshness import relational_freshness
from query_api.read_models import ReadModels

logger = logging.getLogger(__name__)

EVERY_SECONDS = 0.5

HEAD = Gauge("slackwater_log_head_position", "The newest position known, in store or stream.")
QUARANTINED = Gauge(
    "slackwater_quarantine_events", "Events that could not be read and are left out."
)
LAG_EVENTS = Gauge(
    "slackwater_projection_lag_events", "Head minus checkpoint.", ["projection", "shard"]
)
LAG_SECONDS = Gauge(
    "slackwater_projection_lag_seconds",
    "Age of the oldest event not yet applied.",
    ["projection", "shard"],
)


@dataclass(frozen=True, slots=True)
class _Stands:
    """Where a shard stands, and what else its checkpoint says."""

    position: int
    filling: bool
    cold_feeds: int


class LagWatch:
    """Keeps the gauges and answers for the summary."""

    def __init__(self, models: ReadModels) -> None:
        self._models = models
        self._active = [
            ActiveGeneration(models.redis, name, models.watch.history)
            for name in (HOME_FEED, POSTS, PROFILES)
        ]

    async def run(self) -> None:
        """Measures until cancelled."""
        while True:
            try:
                await self._models.breaker.call(self.measure)
            except RedisAway:
                pass  # the breaker has said so
            except ProjectionUnavailable:
                pass  # nothing is built yet, so there is no lag to show
            except RedisError as error:
                logger.warning("the lag cannot be measured: %s", error)
            with contextlib.suppress(RelationalUnreachable, ProjectionUnavailable):  # likewise
                await self.measure_tables()
            await asyncio.sleep(EVERY_SECONDS)

    async def measure(self) -> dict[str, list[dict[str, object]]]:
        """Position and lag of each shard, by projection; whether it is filled from nothing; of the
        home feed how many feeds are cold (None: in this generation none can be).

        Raises RedisError, ProjectionUnavailable.
        """
        head = self._models.watch.head
        HEAD.set(head.position)
        QUARANTINED.set(self._models.watch.quarantined)
        found: dict[str, list[dict[str, object]]] = {}
        for active in self._active:
            positions = await active.read(self._positions)
            found[next(iter(positions)).generation.projection] = [
                await self._lag(shard, head.position, stands) for shard, stands in positions.items()
            ]
        _forget_those_gone(found)
        return found

    async def measure_tables(self) -> dict[str, list[dict[str, object]]]:
        """The same of the relational projection, which is one shard.

        Raises RelationalUnreachable, ProjectionUnavailable.
        """
        standing = await self._models.relational.position()
        lag = relational_freshness(self._models.watch, standing).lag
        return {RELATIONAL: [_told(RELATIONAL, 0, standing.position, lag.events, lag.seconds)]}

    async def _positions(self, generation: Generation) -> Looked[dict[Shard, _Stands]]:
        shards = generation.all_shards()
        async with self._models.redis.pipeline(transaction=False) as pipe:
            for shard in shards:
                pipe.hmget(shard.checkpoint_key, *READ_FIELDS, COUNT_OF_COLD)
            found = await pipe.execute()
        # A shard that is being filled is not for reading yet, but it has a lag to show.
        checkpoints = [(position, held_until, None) for position, held_until, _, _ in found]
        stands = [
            _Stands(int(position or 0), filling is not None, int(cold or 0))
            for position, _, filling, cold in found
        ]
        return Looked(checkpoints, dict(zip(shards, stands, strict=True)))

    async def _lag(self, shard: Shard, head: int, stands: _Stands) -> dict[str, object]:
        generation = shard.generation
        events = max(0, head - stands.position)
        seconds = await self._models.watch.lag_seconds(stands.position)
        told = _told(generation.projection, shard.index, stands.position, events, seconds)
        told["filling"] = stands.filling
        if generation.projection == HOME_FEED:
            told["cold_feeds"] = stands.cold_feeds if generation.can_cool else None
        return told


def _told(
    projection: str, shard: int, position: int, events: int, seconds: float
) -> dict[str, object]:
    LAG_EVENTS.labels(projection, str(shard)).set(events)
    LAG_SECONDS.labels(projection, str(shard)).set(seconds)
    return {
        "shard": shard,
        "position": position,
        "lag_events": events,
        "lag_seconds": round(seconds, 3),
    }


def _forget_those_gone(found: Mapping[str, Sequence[Mapping[str, object]]]) -> None:
    """A rebuild may make fewer shards: the others' last lag would stand there for ever."""
    shards = {(name, str(shard["shard"])) for name, all_ in found.items() for shard in all_}
    for lag in (LAG_EVENTS, LAG_SECONDS):
        shown = [sample.labels for metric in lag.collect() for sample in metric.samples]
        for labels in shown:
            name, shard = labels["projection"], labels["shard"]
            if name in found and (name, shard) not in shards:
                lag.remove(name, shard)
