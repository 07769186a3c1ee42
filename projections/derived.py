"""All read models in Redis as one: what the relay trims by, and what a change of history ends."""

import logging
from collections.abc import Sequence
from typing import cast

from redis import Redis

from projections.generations import KEYS_UNLINKED_AT_ONCE, Generations
from projections.log.stream import EPOCH, STREAM
from projections.scripts import load_script
from projections.shards import FOREVER, Checkpoint, Generation, Shard, State, generations_key

logger = logging.getLogger(__name__)

SLEEP_SECONDS_MAX = 24 * 60 * 60
"""Who sleeps longer and wakes up leaves some keys of a lost generation, which nobody reads."""


class DerivedReadModels:
    """Of these projections; what `Derived` promises to the relay."""

    def __init__(self, redis: Redis, projections: Sequence[str]) -> None:
        self._redis = redis
        self._names = list(projections)
        self._generations = Generations(redis)
        self._begin_history = load_script(redis, "projections", "begin_history", access="relieve")
        self._removing: list[Generation] = []
        self._cursor = 0
        self._held: list[bytes] = []

    def slowest_position(self) -> int:
        """Where the slowest shard that is read stands; 0 if there is none."""
        return min((c.position for c in self._checkpoints().values()), default=0)

    def furthest_position(self) -> int:
        """Where the foremost stands; 0 if there is none."""
        return max((c.position for c in self._checkpoints().values()), default=0)

    def begin_history(self, carried: str, epoch: str, release: int) -> bool:
        """Puts away all that is derived from the history `carried`; see begin_history.lua.

        `release`: the newest retry of the store that is there now.
        """
        keys = [EPOCH, STREAM, *map(generations_key, self._names)]
        arguments = [carried, epoch, str(FOREVER), str(release), *self._names]
        return bool(self._begin_history(keys=keys, args=arguments))

    def remove_lost(self) -> bool:
        """Looks through some of the keys and removes those of lost generations.

        Returns whether there is more to do. Their checkpoints stay for a day: they are held, so
        whoever slept through the change of history can write nothing there when they wake up.
        """
        lost = self._lost()
        if lost != self._removing:
            self._removing, self._cursor, self._held = lost, 0, []
        if not lost:
            return False
        prefixes = tuple(f"{{{one.projection}:{one.number}:".encode() for one in lost)
        self._cursor, found = self._redis.scan(self._cursor, "{*", KEYS_UNLINKED_AT_ONCE)
        keys = [key for key in cast("list[bytes]", found) if key.startswith(prefixes)]
        held = [key for key in keys if key.endswith(b"}checkpoint")]
        self._held += held
        if gone := set(keys).difference(held):
            self._redis.unlink(*gone)
        if self._cursor == 0:
            self._forget(lost)
        return self._cursor != 0

    def _forget(self, lost: list[Generation]) -> None:
        with self._redis.pipeline(transaction=True) as pipe:
            for key in self._held:
                pipe.expire(key, SLEEP_SECONDS_MAX)
            for one in lost:
                pipe.hdel(generations_key(one.projection), str(one.number))
            pipe.execute()
        logger.info("removed what was left of %d lost generations", len(lost))

    def _lost(self) -> list[Generation]:
        listed = [one for name in self._names for one in self._generations.listed(name)]
        return [one.generation for one in listed if one.state == State.LOST]

    def _checkpoints(self) -> dict[Shard, Checkpoint]:
        shards = [s for g in self._generations.active(self._names) for s in g.all_shards()]
        return self._generations.checkpoints(shards)
