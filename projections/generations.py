"""The generations of each projection: which there are, which is active, how one takes over."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import cast

from redis import Redis

from projections.errors import GenerationRefused
from projections.greatness import NOBODY_IS_GREAT, Greatness
from projections.scripts import load_script
from projections.shards import (
    FOREVER,
    Checkpoint,
    Generation,
    Listed,
    Shard,
    State,
    decode_registry,
    encode_entry,
    generations_key,
)

KEYS_UNLINKED_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Switched:
    """What came of trying to switch: if not `done`, the active generation stands at `ahead`."""

    done: bool
    ahead: Checkpoint


class Generations:
    """The registry of generations in Redis."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._begin_first = load_script(redis, "projections", "begin_first")
        self._announce = load_script(redis, "projections", "announce")
        self._lay_aside = load_script(redis, "projections", "lay_aside")
        self._let_read = load_script(redis, "projections", "let_read")
        self._switch = load_script(redis, "projections", "switch")

    def ensure_active(
        self,
        projection: str,
        *,
        shards: int,
        window: int,
        great: Greatness = NOBODY_IS_GREAT,
        release: Callable[[], int] = lambda: 0,
    ) -> Generation:
        """The active generation; where there is none, a first one of this shape becomes it.

        Its number is above every one of which anything is left, so that it begins empty although
        the registry alone was lost. `release` is asked only then.
        """
        if in_use := self.active([projection]):
            return in_use[0]
        first = Generation(projection, 0, shards, window, release(), great)
        left = max((number for number, _ in self._keys_by_number(projection)), default=0)
        unknown = Generation(projection, 0, 1, 1)
        self._begin_first(
            keys=[generations_key(projection)],
            args=[
                encode_entry(first, building=False),
                left,
                encode_entry(unknown, building=False, lost=True),
            ],
        )
        [active] = self.active([projection])
        return active

    def listed(self, projection: str) -> list[Listed]:
        """Every generation of a projection, oldest first."""
        fields = cast("dict[bytes, bytes]", self._redis.hgetall(generations_key(projection)))
        return decode_registry(projection, fields)

    def active(self, projections: Iterable[str]) -> list[Generation]:
        """The active generation of each of these projections: what projectors feed."""
        return [
            one.generation
            for projection in projections
            for one in self.listed(projection)
            if one.state == State.ACTIVE
        ]

    def announce(
        self,
        projection: str,
        *,
        shards: int,
        window: int,
        great: Greatness = NOBODY_IS_GREAT,
        release: int = 0,
    ) -> Generation:
        """A new generation, to be built. Its number was never given before."""
        new = Generation(projection, 0, shards, window, release, great)
        entry = encode_entry(new, building=True)
        number = cast("int", self._announce(keys=[generations_key(projection)], args=[entry]))
        return replace(new, number=number)

    def finish(self, generation: Generation, position: int) -> None:
        """Gives every shard of a loaded generation its checkpoint: complete up to `position`."""
        with self._redis.pipeline(transaction=True) as pipe:
            for shard in generation.all_shards():
                pipe.hset(shard.checkpoint_key, mapping={"position": position, "place": 0})
            pipe.execute()

    def wake(self, generation: Generation) -> None:
        """Lets batches be applied to a resting generation again."""
        with self._redis.pipeline(transaction=True) as pipe:
            for shard in generation.all_shards():
                pipe.hdel(shard.checkpoint_key, "held_until")
            pipe.execute()

    def rest(self, generation: Generation) -> None:
        """Lays a complete generation to rest. Raises GenerationRefused if it is active."""
        self._set_aside(generation, building=False)

    def switch(self, old: Generation, new: Generation, *, hold_ms: int) -> Switched:
        """Makes `new` the active one and lays `old` to rest, at one instant.

        Only if no shard of `new` is behind any shard of `old`, so that no reader sees an older
        position. Else the shards of `old` are held for this long, for `new` to come up to them.
        Raises GenerationRefused if `old` is not the active one, or `new` not in the registry.
        """
        old_keys = [shard.checkpoint_key for shard in old.all_shards()]
        new_keys = [shard.checkpoint_key for shard in new.all_shards()]
        arguments: list[int | str | bytes] = [old.number, new.number, len(old_keys), hold_ms]
        arguments += [str(FOREVER), encode_entry(new, building=False)]
        keys = [generations_key(old.projection), *old_keys, *new_keys]
        done, position, place = cast("tuple[int, int, int]", self._switch(keys, arguments))
        if done < 0:
            raise GenerationRefused(
                f"{old.projection} generation {old.number} is not active any more, or {new.number} "
                "is gone: was Redis emptied meanwhile? Rebuild again"
            )
        return Switched(done == 1, Checkpoint(position, place))

    def drop(self, generation: Generation, progress: Callable[[int], object]) -> None:
        """Removes a generation, calling `progress` with the keys gone so far.

        Its checkpoints go first, so that nobody takes the rest for complete; it leaves the
        registry last: what ends half-way is seen there and can be dropped again. Raises
        GenerationRefused if it is active.
        """
        self._set_aside(generation, building=True)
        self._redis.unlink(*(shard.checkpoint_key for shard in generation.all_shards()))
        gone = generation.shards
        pattern = f"{{{generation.projection}:{generation.number}:*"
        cursor = None
        while cursor != 0:
            cursor, keys = self._redis.scan(cursor or 0, pattern, KEYS_UNLINKED_AT_ONCE)
            if keys:
                self._redis.unlink(*keys)
            gone += len(keys)
            progress(gone)
        self._redis.hdel(generations_key(generation.projection), str(generation.number))

    def begin(self, shards: Iterable[Shard]) -> None:
        """Gives shards without a checkpoint their first one: complete up to position 0."""
        with self._redis.pipeline(transaction=False) as pipe:
            for shard in shards:
                pipe.hsetnx(shard.checkpoint_key, "position", "0")
            pipe.execute()

    def filling(self, shards: Iterable[Shard]) -> set[Shard]:
        """Those that are filled from nothing, and not yet for reading."""
        wanted = list(shards)
        with self._redis.pipeline(transaction=False) as pipe:
            for shard in wanted:
                pipe.hexists(shard.checkpoint_key, "filling")
            answers = pipe.execute()
        return {shard for shard, answer in zip(wanted, answers, strict=True) if answer}

    def let_read(self, shard: Shard, end: int) -> bool:
        """Lets a shard be read that was filled from nothing, if it has come up to this position."""
        return self._let_read(keys=[shard.checkpoint_key], args=[end]) == 1

    def checkpoints(self, shards: Iterable[Shard]) -> dict[Shard, Checkpoint]:
        """Each shard's checkpoint; a shard without one has applied nothing."""
        wanted = list(shards)
        with self._redis.pipeline(transaction=False) as pipe:
            for shard in wanted:
                pipe.hmget(shard.checkpoint_key, "position", "place")
            answers = pipe.execute()
        return {
            shard: Checkpoint(int(position or 0), int(place or 0))
            for shard, (position, place) in zip(wanted, answers, strict=True)
        }

    def _keys_by_number(self, projection: str) -> Iterator[tuple[int, bytes]]:
        """Every key of any shard of this projection, with the number of its generation."""
        for key in self._redis.scan_iter(f"{{{projection}:*", KEYS_UNLINKED_AT_ONCE):
            number = cast("bytes", key).split(b":")[1]
            if number.isdigit():
                yield int(number), key

    def _set_aside(self, generation: Generation, *, building: bool) -> None:
        checkpoints = [shard.checkpoint_key for shard in generation.all_shards()]
        done = self._lay_aside(
            keys=[generations_key(generation.projection), *checkpoints],
            args=[generation.number, encode_entry(generation, building=building), str(FOREVER)],
        )
        if not done:
            raise GenerationRefused(
                f"{generation.projection} generation {generation.number} is active: it is in use"
            )
