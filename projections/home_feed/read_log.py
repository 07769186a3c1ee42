"""Who has read their feed of late: kept in Redis, beside the generations and not in one.

Time is cut into periods of half the time after which a feed goes cold, by the server's clock; each
has a set of those who read in it, which runs out by itself. Who is in none of the last three was
not seen for at least the whole time. While fewer than these have passed since somebody began to
keep them, nobody is known not to have read.
"""

from collections.abc import Sequence
from typing import cast

from redis import Redis

PERIODS_LOOKED_AT = 3
KEY_PREFIX = "slackwater:read:"


class ReadLog:
    """For one time `after` which a feed goes cold, in seconds. All methods raise RedisError."""

    def __init__(self, redis: Redis, after: float) -> None:
        assert after > 0
        self._redis = redis
        self._period_seconds = after / 2
        self._expire_ms = int(1000 * 2 * after)
        self._prefix = f"{KEY_PREFIX}{after:g}:"

    def begin(self) -> None:
        """From now on it is kept, unless it is already.

        To be said again and again: once nobody has for as long as reads are remembered, it begins
        anew, since nobody has heard who read meanwhile.
        """
        since = f"{self._prefix}since"
        if not self._redis.set(since, self._period(), nx=True, px=self._expire_ms):
            self._redis.pexpire(since, self._expire_ms)

    def add(self, people: Sequence[int]) -> None:
        """These people have read."""
        key = self._key(self._period())
        with self._redis.pipeline(transaction=False) as pipe:
            pipe.sadd(key, *people)
            pipe.pexpire(key, self._expire_ms)
            pipe.execute()

    def unread(self, people: Sequence[int]) -> list[int]:
        """Those of them who have not read for the whole time."""
        now, since = self._period(), self._redis.get(f"{self._prefix}since")
        if since is None or now < int(cast("bytes", since)) + PERIODS_LOOKED_AT or not people:
            return []
        with self._redis.pipeline(transaction=False) as pipe:
            for period in range(now - PERIODS_LOOKED_AT + 1, now + 1):
                pipe.smismember(self._key(period), list(people))
            found = cast("list[list[int]]", pipe.execute())
        return [p for p, *read in zip(people, *found, strict=True) if not any(read)]

    def _period(self) -> int:
        seconds, microseconds = self._redis.time()
        return int((seconds + microseconds / 1e6) // self._period_seconds)

    def _key(self, period: int) -> str:
        return f"{self._prefix}{period}"
