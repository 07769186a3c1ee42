"""What the workers say of themselves with every heartbeat, for those who show it."""

from typing import Any, cast

import msgspec
from redis.asyncio import Redis

MEMBERS_KEY_PREFIX = "slackwater:members:"
VITALS_KEY_PREFIX = "slackwater:vitals:"


async def vitals_of(redis: Redis, role: str) -> list[dict[str, Any]]:
    """The last word of each member of a role that is alive, eldest first."""
    members = cast("list[bytes]", await redis.zrange(MEMBERS_KEY_PREFIX + role, 0, -1))
    if not members:
        return []
    found = await redis.mget([VITALS_KEY_PREFIX + member.decode() for member in sorted(members)])
    return [msgspec.json.decode(vitals) for vitals in found if vitals is not None]
