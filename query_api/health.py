"""How this half is: either store can answer the reads of now, and it says which of them can."""

from redis.exceptions import RedisError

from projections.errors import ProjectionUnavailable, RelationalUnreachable
from query_api.errors import RedisAway
from query_api.lag_watch import LagWatch
from query_api.read_models import ReadModels


class Health:
    """Each method says what is wrong and what it means, or None."""

    def __init__(self, models: ReadModels, lag: LagWatch) -> None:
        self._models = models
        self._lag = lag

    async def redis(self) -> str | None:
        """Whether Redis has every read model."""
        try:
            lags = await self._models.breaker.call(self._lag.measure)
        except (RedisAway, RedisError, ProjectionUnavailable) as error:
            return f"{error}; reads come from Postgres"
        filling = [name for name, shards in lags.items() if any(each["filling"] for each in shards)]
        if filling:
            return (
                f"Redis is being filled ({', '.join(filling)}); reads come from Postgres till then"
            )
        return None

    async def postgres(self) -> str | None:
        """Whether Postgres has the relational projection."""
        try:
            await self._models.relational.position()
        except (ProjectionUnavailable, RelationalUnreachable) as error:
            return f"{error}; pages below the windows and of the past answer 503"
        return None

    async def reads(self) -> str | None:
        """Whether neither store can answer."""
        redis = await self.redis()
        postgres = redis and await self.postgres()
        return redis and postgres and f"{redis}; {postgres}"
