"""Mending what differs, in a shard that projectors may be feeding."""

from collections.abc import Sequence

from redis import Redis

from projections.scripts import load_script
from projections.shards import FOREVER, Shard, generations_key
from projections.verify.items import Write

HOLD_MS = 500


class Mending:
    """Writes into shards, each time under the shard's own checkpoint."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._hold = load_script(redis, "projections.verify", "hold")
        self._move = load_script(redis, "projections.verify", "move_checkpoint")
        self._mend = load_script(redis, "projections.verify", "mend")

    def hold(self, shard: Shard) -> bool:
        """Keeps projectors from the shard for a moment; not while it is inside an event, or a feed
        in the middle of going cold or warm."""
        return self._hold(keys=[shard.checkpoint_key], args=[HOLD_MS]) == 1

    def write(self, shard: Shard, position: int, turns: int, writes: Sequence[Write]) -> bool:
        """Carries the writes out if the shard still stands at this position, and no feed went cold
        or warm since it was looked at, and ends the hold."""
        arguments: list[str | bytes | int] = [position, turns, str(FOREVER)]
        for command, key, values in writes:
            arguments += [command, key, len(values), *values]
        return self._mend(keys=[shard.checkpoint_key], args=arguments) == 1

    def move_checkpoint(self, shard: Shard, stands: bytes | None, position: int) -> bool:
        """Puts a checkpoint that cannot be right to a position of the log; it is held no more.

        Only if it still stands where it was seen, and its generation is the active one: others
        have to be held.
        """
        generation = shard.generation
        keys = [shard.checkpoint_key, generations_key(generation.projection)]
        return self._move(keys=keys, args=[stands or b"", position, generation.number]) == 1

    def remove(self, shard: Shard, key: bytes) -> None:
        """Removes a key that means nothing."""
        self._redis.unlink(shard.tag.encode() + key)
