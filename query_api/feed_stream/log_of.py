"""The log as this process follows it: Redis by way of the breaker, the store through the pool."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from redis.exceptions import ConnectionError as RedisConnectionError

from projections.errors import ProjectionUnavailable, RelationalUnreachable
from projections.log.entry import Row
from projections.log.errors import StoreUnreachable
from projections.log.follower import LogFollower
from projections.log.queries import query
from projections.relational.snapshots import Connection
from query_api.errors import RedisAway
from query_api.read_models import ReadModels


def log_of(models: ReadModels) -> LogFollower:
    """Follows the log of the history that is served now."""

    async def ask_redis(ask: Callable[[], Awaitable[Any]]) -> Any:
        try:
            return await models.breaker.call(ask)
        except RedisAway as error:
            raise RedisConnectionError(str(error)) from error

    async def read_store(after: int, limit: int) -> Sequence[Row]:
        async def look(connection: Connection) -> Sequence[Row]:
            values = {"after": after, "limit": limit}
            cursor = await connection.execute(query("select_entries"), values)
            return await cursor.fetchall()

        try:
            return await models.relational.snapshots.answer(look)
        except (ProjectionUnavailable, RelationalUnreachable) as error:
            raise StoreUnreachable(f"the event store does not answer: {error}") from error

    return LogFollower(models.redis, models.watch, ask_redis, read_store)
