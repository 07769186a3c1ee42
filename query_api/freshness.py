"""How new an answer is, and the headers that say so."""

import time
from dataclasses import dataclass

from edge.feed_token import FeedToken
from projections.errors import ProjectionUnavailable
from projections.log.watch import LogWatch
from projections.relational.rows import Standing
from query_api.bodies import Lag

REDIS = "redis"
POSTGRES = "postgres"
BOTH = f"{REDIS}, {POSTGRES}"


@dataclass(frozen=True, slots=True)
class Freshness:
    """What every answer tells: everything up to `as_of` is in it."""

    epoch: str
    as_of: int
    lag: Lag
    source: str

    def headers(self) -> dict[str, str]:
        """For the answer: how new it is, and where it came from."""
        return FeedToken(self.epoch, self.as_of).header() | {"Feed-Source": self.source}


async def freshness(watch: LogWatch, as_of: int, source: str = REDIS) -> Freshness:
    """The freshness of an answer which holds for this position, from these stores.

    Raises ProjectionUnavailable while nobody knows which history this is.
    """
    if not watch.epoch:
        raise ProjectionUnavailable(
            "the log has not arrived here yet; the relay brings it by itself: try again shortly"
        )
    events = max(0, watch.head.position - as_of)
    seconds = await watch.lag_seconds(as_of) if events else 0.0
    return Freshness(watch.epoch, as_of, _lag(events, seconds), source)


def relational_freshness(watch: LogWatch, standing: Standing, source: str = POSTGRES) -> Freshness:
    """The freshness of an answer as of where Postgres stands; no Redis is needed to know it."""
    events = max(0, watch.head.position - standing.position, standing.head - standing.position)
    since = standing.missing_since
    seconds = 0.0 if since is None else max(0.0, time.time() - since)
    return Freshness(standing.epoch, standing.position, _lag(events, seconds), source)


def _lag(events: int, seconds: float) -> Lag:
    return Lag(events=events, seconds=round(seconds, 3))
