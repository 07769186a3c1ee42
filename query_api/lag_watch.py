"""The lag of every shard, measured here because this half goes on when the workers do not."""

import asyncio
import contextlib
import logging
from collections.abc import Mapping, Sequence

from prometheus_client import Gauge
from redis.exceptions import RedisError

from projections.errors import ProjectionUnavailable, RelationalUnreachable
from projections.home_feed.keys import HOME_FEED
from projections.posts.keys import POSTS
from projections.profiles.keys import PROFILES
from projections.reading import READ_FIELDS, ActiveGeneration, Looked, positions_of
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
        """Position and lag of each shard, by projection; whether it is filled from nothing.

        Raises RedisError, ProjectionUnavailable.
        """
        head = self._models.watch.head
        HEAD.set(head.position)
        QUARANTINED.set(self._models.watch.quarantined)
        found: dict[str, list[dict[str, object]]] = {}
        for active in self._active:
            positions = await active.read(self._positions)
            found[next(iter(positions)).generation.projection] = [
                await self._lag(shard, head.position, position, filling)
                for shard, (position, filling) in positions.items()
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

    async def _positions(self, generation: Generation) -> Looked[dict[Shard, tuple[int, bool]]]:
        shards = generation.all_shards()
        async with self._models.redis.pipeline(transaction=False) as pipe:
            for shard in shards:
                pipe.hmget(shard.checkpoint_key, *READ_FIELDS)
            found = await pipe.execute()
        # A shard that is being filled is not for reading yet, but it has a lag to show.
        checkpoints = [(position, held_until, None) for position, held_until, _ in found]
        filling = [mark is not None for _, _, mark in found]
        places = zip(positions_of(found), filling, strict=True)
        return Looked(checkpoints, dict(zip(shards, places, strict=True)))

    async def _lag(
        self, shard: Shard, head: int, position: int, filling: bool
    ) -> dict[str, object]:
        events = max(0, head - position)
        seconds = await self._models.watch.lag_seconds(position)
        told = _told(shard.generation.projection, shard.index, position, events, seconds)
        return told | {"filling": filling}


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
