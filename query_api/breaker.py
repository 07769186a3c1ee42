"""Keeps requests from a Redis that does not answer, and notices by itself when it does again.

The first fault opens it: there is another store to answer from, so nothing is won by trying again.
Calls that are under way then are cut off; nobody waits for the same silence twice. While it is
open, one probe at a time goes to the server, and no request does.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Literal, TypeVar

from prometheus_client import Counter, Enum
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from query_api.ending import end
from query_api.errors import RedisAway

logger = logging.getLogger(__name__)

PROBE_EVERY_SECONDS = 0.5
PROBE_SECONDS_MAX = 1.0

AWAY = (RedisConnectionError, RedisTimeoutError)
"""How redis-py reports a server that cannot be reached, is loading, or says nothing."""

State = Literal["closed", "half-open", "open"]

STATE = Enum(
    "slackwater_fallback_breaker_state",
    "Whether Redis is asked (closed), or Postgres in its place; half-open: while it is probed.",
    states=["closed", "half-open", "open"],
)
OPENED = Counter("slackwater_fallback_breaker_opened_total", "How often Redis fell silent.")
PROBES = Counter(
    "slackwater_fallback_probes_total", "Probes of a Redis that had fallen silent.", ["outcome"]
)
for _outcome in ("silence", "answer"):
    PROBES.labels(_outcome)  # each is there from the start, at 0

Answer = TypeVar("Answer")


class Breaker:
    """For one Redis. `probe` asks it for as little as possible."""

    def __init__(self, probe: Callable[[], Awaitable[object]]) -> None:
        self._probe = probe
        self._under_way: set[asyncio.Timeout] = set()
        self._probing: asyncio.Task[None] | None = None
        self.state: State = "closed"
        self.why = ""
        """What was wrong when it opened."""

    async def call(self, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        """What asking finds. Raises RedisAway, at once if that is known already."""
        if self.state != "closed":
            raise self._away()
        limit = asyncio.timeout(None)
        try:
            async with limit:
                self._under_way.add(limit)
                try:
                    return await ask()
                finally:
                    self._under_way.remove(limit)
        except AWAY as error:
            self._open(error)
            raise self._away() from error
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise self._away() from error  # somebody else found out meanwhile

    async def close(self) -> None:
        """Ends the probing."""
        if self._probing is not None:
            await end(self._probing)

    def _open(self, error: RedisError) -> None:
        if self.state != "closed":
            return
        logger.warning("Redis does not answer, reads come from Postgres: %s", error)
        OPENED.inc()
        self.why = str(error)
        self._become("open")
        now = asyncio.get_running_loop().time()
        for limit in self._under_way:
            limit.reschedule(now)
        self._probing = asyncio.create_task(self._probe_until_it_answers())

    async def _probe_until_it_answers(self) -> None:
        while self.state != "closed":
            await asyncio.sleep(PROBE_EVERY_SECONDS)
            self._become("half-open")
            try:
                async with asyncio.timeout(PROBE_SECONDS_MAX):
                    await self._probe()
            except (RedisError, TimeoutError) as error:
                PROBES.labels("silence").inc()
                self.why = str(error) or self.why
                self._become("open")
            else:
                PROBES.labels("answer").inc()
                logger.info("Redis answers again")
                self._become("closed")

    def _become(self, state: State) -> None:
        self.state = state
        STATE.state(state)

    def _away(self) -> RedisAway:
        return RedisAway(f"Redis, which serves the reads, does not answer: {self.why}")
