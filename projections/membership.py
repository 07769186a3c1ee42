"""Who else is alive in a group of workers, and so which part of the work is mine.

Each member holds a lease on its membership and renews it with every heartbeat; who stops, or is
stopped, is gone when it runs out. All members see the same list and divide by it. That only
spreads the work: two members that believe in the same share harm nothing (see checkpoint.lua
and append.lua).
"""

import os
import socket
import time
from collections.abc import Sequence
from typing import Any, TypeVar, cast

import msgspec
import uuid_utils.compat
from redis import Redis

from projections.scripts import load_script
from projections.vitals import MEMBERS_KEY_PREFIX, VITALS_KEY_PREFIX

LEASE_MS = 3_000
HEARTBEAT_SECONDS = 0.5

Part = TypeVar("Part")


class Member:
    """One worker's membership in the group of its role."""

    def __init__(self, redis: Redis, role: str) -> None:
        self._redis = redis
        self._group = MEMBERS_KEY_PREFIX + role
        self._heartbeat = load_script(redis, "projections", "membership")
        # Members sort by the time of joining, so a newcomer never displaces an elder.
        self.name = uuid_utils.compat.uuid7().hex
        self._identity = {"role": role, "host": socket.gethostname(), "pid": os.getpid()}
        self._alive: list[str] = []
        self._next_beat = 0.0

    def beat(self, vitals: dict[str, Any]) -> None:
        """Renews the lease if it is time to, and leaves word of how this worker is."""
        if time.monotonic() < self._next_beat:
            return
        self._alive = self._call(LEASE_MS)
        said = msgspec.json.encode(self._identity | vitals)
        self._redis.set(VITALS_KEY_PREFIX + self.name, said, px=LEASE_MS)
        self._next_beat = time.monotonic() + HEARTBEAT_SECONDS

    def leave(self) -> None:
        """Gives the lease up at once, so that others need not wait for its end."""
        self._call(0)
        self._redis.delete(VITALS_KEY_PREFIX + self.name)

    @property
    def is_eldest(self) -> bool:
        """Whether this member is the one for work that only one may do."""
        return self._alive[:1] == [self.name]

    def share_of(self, parts: Sequence[Part]) -> list[Part]:
        """This member's part of the work: every n-th, by its rank among n members."""
        if self.name not in self._alive:
            return []
        return list(parts[self._alive.index(self.name) :: len(self._alive)])

    def _call(self, lease_ms: int) -> list[str]:
        answer = self._heartbeat(keys=[self._group], args=[self.name, lease_ms])
        return [member.decode() for member in cast("list[bytes]", answer)]
