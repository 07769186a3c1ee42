"""What every reader of a projection needs: the active generation, and scripts that only read."""

import time
from collections.abc import Sequence
from typing import cast

from redis.asyncio import Redis
from redis.commands.core import AsyncScript

from projections.errors import ProjectionUnavailable
from projections.scripts import script_text
from projections.shards import GENERATION_KEY_PREFIX, Generation, active_generation

POINTER_SECONDS_MAX = 1.0
"""How long a reader may follow a pointer that has been moved."""


class ActiveGeneration:
    """Follows the pointer to a projection's active generation."""

    def __init__(self, redis: Redis, projection: str) -> None:
        self._redis = redis
        self._projection = projection
        self._known: Generation | None = None
        self._known_until = 0.0

    async def get(self) -> Generation:
        """The generation to read. Raises ProjectionUnavailable if there is none yet."""
        if self._known is None or time.monotonic() > self._known_until:
            key = GENERATION_KEY_PREFIX + self._projection
            fields = cast("dict[bytes, bytes]", await self._redis.hgetall(key))
            self._known = active_generation(self._projection, fields)
            self._known_until = time.monotonic() + POINTER_SECONDS_MAX
        if self._known is None:
            raise unavailable(self._projection)
        return self._known


def unavailable(projection: str) -> ProjectionUnavailable:
    """The error for a read model that is not here."""
    return ProjectionUnavailable(
        f"the {projection} projection has not been built here yet; projectors build it by "
        "themselves: try again shortly"
    )


def load_read_script(
    redis: Redis, package: str, name: str, preludes: Sequence[str] = ()
) -> AsyncScript:
    """A script that cannot write, ready to call."""
    return redis.register_script(script_text(package, name, "read", preludes))


def position_after_reading(projection: str, position: bytes | str | None) -> int:
    """A shard's position as Redis gave it. Raises ProjectionUnavailable if there is none."""
    if position is None:
        raise unavailable(projection)
    return int(position)
