"""Calls counted in Valkey, for all processes together and by its own clock."""

from collections.abc import Sequence
from importlib.resources import files

from redis.asyncio import BlockingConnectionPool, Redis
from redis.exceptions import RedisError

from edge.limits.limiter import CannotCount, Key

ANSWER_SECONDS_MAX = 0.1
CONNECTIONS_MAX = 16
"""Whoever comes when all are in use waits for one: a burst is no reason to count alone."""

PREFIX = "slackwater:limit:"
MICROSECONDS = 1_000_000


class SharedCounts:
    """For one event loop."""

    def __init__(self, url: str) -> None:
        bound = ANSWER_SECONDS_MAX
        pool = BlockingConnectionPool.from_url(
            url, max_connections=CONNECTIONS_MAX, timeout=bound, socket_timeout=bound,
            socket_connect_timeout=bound,
        )  # fmt: skip
        self._redis = Redis.from_pool(pool)
        text = files("edge.limits").joinpath("gcra.lua").read_text(encoding="utf-8")
        self._script = self._redis.register_script(text)

    async def count(self, keys: Sequence[Key]) -> tuple[list[float], list[float]]:
        """Counts one call: how long each key has to wait, and how far ahead it is then, in seconds.

        Raises CannotCount.
        """
        bounds = [(key.rate.interval, key.rate.ahead_max) for key in keys]
        arguments = [int(seconds * MICROSECONDS) for pair in bounds for seconds in pair]
        try:
            answer = await self._script(keys=[PREFIX + key.name for key in keys], args=arguments)
        except RedisError as error:
            raise CannotCount(str(error)) from error
        told = [int(number) / MICROSECONDS for number in answer]
        return told[::2], told[1::2]

    async def close(self) -> None:
        """Closes the connection."""
        await self._redis.aclose()
