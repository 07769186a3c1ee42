"""How new an answer is, and the headers that say so."""

from dataclasses import dataclass

from edge.feed_token import feed_token
from projections.errors import ProjectionUnavailable
from projections.log.watch import LogWatch
from query_api.bodies import Lag


@dataclass(frozen=True, slots=True)
class Freshness:
    """What every answer tells: everything up to `as_of` is in it."""

    epoch: str
    as_of: int
    lag: Lag

    def headers(self) -> dict[str, str]:
        """For the answer: how new it is, and where it came from."""
        return feed_token(self.epoch, self.as_of) | {"Feed-Source": "redis"}


async def freshness(watch: LogWatch, as_of: int) -> Freshness:
    """The freshness of an answer which holds for this position.

    Raises ProjectionUnavailable while nobody knows which history this is.
    """
    if not watch.epoch:
        raise ProjectionUnavailable(
            "the log has not arrived here yet; the relay brings it by itself: try again shortly"
        )
    events = max(0, watch.head.position - as_of)
    seconds = await watch.lag_seconds(as_of) if events else 0.0
    return Freshness(watch.epoch, as_of, Lag(events=events, seconds=round(seconds, 3)))
