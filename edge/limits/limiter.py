"""Counts calls: for all processes together; while that cannot be, each by itself."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from cachetools import TLRUCache
from prometheus_client import Gauge

from edge.limits.rate import Rate

logger = logging.getLogger(__name__)

ALONE_SECONDS = 1.0
"""So long after a fault nobody waits for Valkey."""

KEYS_KEPT_MAX = 100_000

ALONE = Gauge(
    "slackwater_limits_alone", "1 while calls are counted by this process alone: Valkey is away."
)


class CannotCount(Exception):
    """Valkey does not answer, or not in time."""


@dataclass(frozen=True, slots=True)
class Key:
    """Whose calls are counted, and how many may come."""

    name: str
    rate: Rate


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of the key that is nearest to its bound: how long to `wait` in seconds (0: let through), how
    many calls may come at once from now on, and until when all of them may again, in seconds.
    """

    key: Key
    wait: float
    remaining: int
    reset: float


class Counts(Protocol):
    """Where all processes count together."""

    async def count(self, keys: Sequence[Key]) -> tuple[list[float], list[float]]:
        """See SharedCounts."""
        ...

    async def close(self) -> None:
        """Ends."""
        ...


class Limiter:
    """`together` None: this process counts alone. For one event loop."""

    def __init__(self, together: Counts | None) -> None:
        self._together = together
        self._alone_until = 0.0
        # Each is kept until it means nothing: an arrival that is no more ahead.
        self._arrivals = TLRUCache[str, float](KEYS_KEPT_MAX, _until, timer=time.monotonic)

    async def count(self, keys: Sequence[Key]) -> Verdict:
        """Counts one call for all of these keys; for none if one of them is at its bound."""
        if self._together is not None and time.monotonic() >= self._alone_until:
            try:
                found = await self._together.count(keys)
            except CannotCount as error:
                if not self._alone_until:
                    logger.warning("calls are counted by this process alone: %s", error)
                self._alone_until = time.monotonic() + ALONE_SECONDS
            else:
                if self._alone_until:
                    logger.info("calls are counted for all processes together again")
                self._alone_until = 0.0
                ALONE.set(0)
                return _nearest(keys, *found)
        ALONE.set(self._together is not None)
        return self._alone(keys)

    async def close(self) -> None:
        """Closes the connection."""
        if self._together is not None:
            await self._together.close()

    def _alone(self, keys: Sequence[Key]) -> Verdict:
        now = time.monotonic()
        arrivals = [max(self._arrivals.get(key.name, 0.0), now) for key in keys]
        nexts = [key.rate.next_arrival(at, now) for key, at in zip(keys, arrivals, strict=True)]
        waits = [key.rate.wait(at, now) for key, at in zip(keys, nexts, strict=True)]
        if not any(waits):
            arrivals = nexts
            self._arrivals.update(zip((key.name for key in keys), nexts, strict=True))
        return _nearest(keys, waits, [at - now for at in arrivals])


def _until(_: str, arrival: float, __: float) -> float:
    return arrival


def limiter(url: str | None) -> Limiter:
    """Counts in the Valkey of this address; None: each process alone, which needs no client."""
    if url is None:
        return Limiter(None)
    from edge.limits.shared import SharedCounts  # noqa: PLC0415 - who counts alone has no client

    return Limiter(SharedCounts(url))


def _nearest(keys: Sequence[Key], waits: Sequence[float], ahead: Sequence[float]) -> Verdict:
    verdicts = [
        Verdict(key, wait, key.rate.remaining(at, 0.0), at)
        for key, wait, at in zip(keys, waits, ahead, strict=True)
    ]
    return max(verdicts, key=lambda one: (one.wait, -one.remaining))
