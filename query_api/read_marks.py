"""Tells the projectors whose feeds are read, so that they go on delivering to these."""

import asyncio
import logging

from prometheus_client import Counter
from redis.asyncio import Redis
from redis.exceptions import RedisError

from projections.home_feed.read_marks import CHANNEL, PEOPLE_PER_MESSAGE, encode_marks
from query_api.breaker import Breaker
from query_api.errors import RedisAway

logger = logging.getLogger(__name__)

SEND_EVERY_SECONDS = 1.0
SAY_AGAIN_SECONDS = 60.0
WAITING_MAX = 50_000
"""More reads than this in a second are not all told: those who read on are told with the next."""

COLD_PAGES = Counter(
    "slackwater_cold_pages_total", "Pages of feeds that were cold, merged for whoever read them."
)


class ReadMarks:
    """What one process has to tell: each person at most once a minute."""

    def __init__(self, redis: Redis, breaker: Breaker) -> None:
        self._redis = redis
        self._breaker = breaker
        self._waiting: set[int] = set()
        self._told: set[int] = set()
        self._forget_at = 0.0
        self._is_refused = False

    def mark(self, person: int, *, is_cold: bool = False) -> None:
        """A person reads their feed. Where it `is_cold`, that is told again until it is not."""
        if is_cold:
            COLD_PAGES.inc()
            self._told.discard(person)
        if person not in self._told and len(self._waiting) < WAITING_MAX:
            self._waiting.add(person)

    async def run(self) -> None:
        """Sends until cancelled."""
        while True:
            await asyncio.sleep(SEND_EVERY_SECONDS)
            await self.send()

    async def send(self) -> None:
        """Sends what waits; what cannot be sent is forgotten."""
        now = asyncio.get_running_loop().time()
        if now >= self._forget_at:
            self._told, self._forget_at = set(), now + SAY_AGAIN_SECONDS
        people, self._waiting = sorted(self._waiting), set()
        self._told.update(people)
        try:
            for at in range(0, len(people), PEOPLE_PER_MESSAGE):
                await self._publish(people[at : at + PEOPLE_PER_MESSAGE])
        except RedisAway:
            return  # the breaker has said so
        except RedisError as error:
            if not self._is_refused:
                logger.warning("it cannot be told whose feeds are read: %s", error)
            self._is_refused = True

    async def _publish(self, people: list[int]) -> None:
        message = encode_marks(people)
        await self._breaker.call(lambda: self._redis.publish(CHANNEL, message))
