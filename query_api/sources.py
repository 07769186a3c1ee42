"""Which store answers a read: Redis, or Postgres while Redis has no whole answer.

Readers are not led back when the store changes. What Redis has shown, Postgres comes up to before
it answers; what Postgres has shown, it goes on showing until Redis has come up to it.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from uuid import UUID

import prometheus_client
from redis.exceptions import RedisError

from projections.errors import ProjectionBehind, ProjectionUnavailable, RelationalUnreachable
from query_api.errors import NoStoreAnswers, NotFound, RedisAway
from query_api.freshness import Freshness
from query_api.postgres_source import PostgresSource
from query_api.read_models import ReadModels
from query_api.redis_source import RedisSource
from query_api.shown import Shown
from query_api.source import Answered, Body, Source

logger = logging.getLogger(__name__)

COME_UP_SECONDS_MAX = 2.0
"""How long Postgres may take to come up to what Redis has shown; then it shows what it has."""

COME_UP_EVERY_SECONDS = 0.02
IMPATIENT_SECONDS = 30.0
"""For so long nobody waits for tables that have not come up to it."""

ANSWERS = prometheus_client.Counter(
    "slackwater_fallback_answers_total",
    "Reads that Postgres answered, because Redis was away, did not have it, or would have shown "
    "an older moment.",
    ["reason"],
)
for _reason in ("away", "not here", "error", "older"):
    ANSWERS.labels(_reason)  # each is there from the start, at 0
REFUSED = prometheus_client.Counter(
    "slackwater_fallback_refused_total", "Reads that neither store could answer."
)

Ask = Callable[[Source], Awaitable[Answered[Body]]]


class Sources:
    """Asks one store, and if need be the other."""

    def __init__(self, models: ReadModels) -> None:
        self._models = models
        self._redis = RedisSource(models)
        self._shown_by_redis = Shown()
        self._shown_by_postgres = Shown()
        self._coming_up = asyncio.Lock()
        self._patient_from = 0.0
        self._fallbacks: Counter[str] = Counter()

    async def answer(self, ask: Ask[Body]) -> Answered[Body]:
        """The answer. Raises NotFound, NoStoreAnswers, ProjectionBehind, RelationalUnreachable."""
        outcome = await self._outcome(ask)
        if isinstance(outcome, NotFound):
            raise outcome
        return outcome

    def may_show(self, fresh: Freshness) -> bool:
        """Whether an answer from Redis leads nobody back; it counts as shown then."""
        if self._shown_by_postgres.is_above(fresh.epoch, fresh.as_of):
            return False
        self._shown_by_redis.add(fresh)
        return True

    async def feed_position(self, caller: UUID) -> int | None:
        """As of which position the caller's feed is shown; None: as of where the tables stand."""
        try:
            position = await self._models.breaker.call(lambda: self._models.feed_position(caller))
        except (RedisAway, RedisError, ProjectionUnavailable):
            return None
        if self._shown_by_postgres.is_above(self._models.watch.epoch, position):
            return self._shown_by_postgres.position
        return position

    def summary(self) -> dict[str, object]:
        """Whether Redis is asked, and how many reads Postgres has answered in its place."""
        breaker = self._models.breaker
        return {
            "breaker": breaker.state,
            "why": breaker.why if breaker.state != "closed" else None,
            "from_postgres": dict(self._fallbacks),
        }

    async def _outcome(self, ask: Ask[Body]) -> Answered[Body] | NotFound:
        try:
            outcome = await self._models.breaker.call(lambda: _outcome_of(ask, self._redis))
        except ProjectionBehind:
            raise  # Redis has done its part: it is Postgres that has not come as far
        except RedisAway as error:
            return await self._fall_back(ask, "away", error)
        except ProjectionUnavailable as error:
            return await self._fall_back(ask, "not here", error)
        except RedisError as error:
            logger.warning("Redis answers with an error, Postgres is asked: %s", error)
            return await self._fall_back(ask, "error", error)
        return outcome if self.may_show(outcome.fresh) else await self._not_older(ask, outcome)

    async def _fall_back(
        self, ask: Ask[Body], reason: str, error: Exception
    ) -> Answered[Body] | NotFound:
        try:
            await self._let_tables_come_up()
            outcome = await _outcome_of(ask, PostgresSource(self._models))
        except (ProjectionUnavailable, RelationalUnreachable) as also:
            REFUSED.inc()
            raise NoStoreAnswers(f"{error}; and in its place: {also}") from also
        self._shown_by_postgres.add(outcome.fresh)
        self._count(reason)
        return outcome

    async def _not_older(
        self, ask: Ask[Body], outcome: Answered[Body] | NotFound
    ) -> Answered[Body] | NotFound:
        """As of exactly what was shown: so Redis, which goes on, comes up to it."""
        source = PostgresSource(self._models, up_to=self._shown_by_postgres.position)
        try:
            newer = await _outcome_of(ask, source)
        except (ProjectionUnavailable, RelationalUnreachable) as error:
            logger.info("an older answer is better than none: %s", error)
            return outcome
        self._count("older")
        return newer

    def _count(self, reason: str) -> None:
        ANSWERS.labels(reason).inc()
        self._fallbacks[reason] += 1

    async def _let_tables_come_up(self) -> None:
        if self._tables_have_come_up() or time.monotonic() < self._patient_from:
            return
        async with self._coming_up:  # one asks for all
            deadline = time.monotonic() + COME_UP_SECONDS_MAX
            while not self._tables_have_come_up() and time.monotonic() >= self._patient_from:
                standing = await self._models.relational.position()
                if not self._shown_by_redis.is_above(standing.epoch, standing.position):
                    return
                if time.monotonic() > deadline:
                    logger.warning(
                        "Redis has shown position %d, Postgres is at %d: readers are led back",
                        self._shown_by_redis.position,
                        standing.position,
                    )
                    self._patient_from = time.monotonic() + IMPATIENT_SECONDS
                await asyncio.sleep(COME_UP_EVERY_SECONDS)

    def _tables_have_come_up(self) -> bool:
        seen = self._shown_by_postgres
        return not self._shown_by_redis.is_above(seen.epoch, seen.position) and bool(seen.epoch)


async def _outcome_of(ask: Ask[Body], source: Source) -> Answered[Body] | NotFound:
    try:
        return await ask(source)
    except NotFound as missing:
        return missing
