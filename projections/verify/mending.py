"""Mending what differs, in a shard that projectors may be feeding."""

from collections.abc import Sequence

from redis import Redis

from projections.scripts import load_script
from projections.shards import FOREVER, Shard
from projections.verify.items import Write

HOLD_MS = 500


class Mending:
    """Writes into shards, each time under the shard's own checkpoint."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._hold = load_script(redis, "projections.verify", "hold")
        self._mend = load_script(redis, "projections.verify", "mend")

    def hold(self, shard: Shard) -> None:
        """Keeps projectors from the shard for a moment."""
        self._hold(keys=[shard.checkpoint_key], args=[HOLD_MS])

    def write(self, shard: Shard, position: int, writes: Sequence[Write]) -> bool:
        """Carries the writes out if the shard still stands at this position, and ends the hold."""
        arguments: list[str | bytes | int] = [position, str(FOREVER)]
        for command, key, values in writes:
            arguments += [command, key, len(values), *values]
        return self._mend(keys=[shard.checkpoint_key], args=arguments) == 1

    def move_checkpoint(self, shard: Shard, position: int) -> None:
        """Puts a checkpoint that names no position of the log back to one that does."""
        self._redis.hset(shard.checkpoint_key, mapping={"position": position, "place": 0})

    def remove(self, shard: Shard, key: bytes) -> None:
        """Removes a key that means nothing."""
        self._redis.unlink(shard.tag.encode() + key)
