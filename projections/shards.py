"""Generations, their shards and the Redis keys these own. Shared by who writes and who reads."""

from dataclasses import dataclass
from uuid import UUID

import msgspec

_GOLDEN_RATIO_64 = 0x9E3779B97F4A7C15
_MASK_64 = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Generation:
    """One complete build of a projection: so many shards, windows so long."""

    projection: str
    number: int
    shards: int
    window: int

    def shard(self, index: int) -> "Shard":
        """The shard with this index, from 0."""
        assert 0 <= index < self.shards
        return Shard(self, index)

    def all_shards(self) -> list["Shard"]:
        """Every shard, by index."""
        return [self.shard(index) for index in range(self.shards)]

    def shard_of(self, number: int) -> "Shard":
        """The shard whose slice this person or post number falls into.

        Numbers are positions and may come in a rhythm (a registration takes two), so they are
        spread by Fibonacci hashing (Knuth, TAOCP 3, 6.4) before the remainder is taken.
        """
        return self.shard(((number * _GOLDEN_RATIO_64 & _MASK_64) >> 32) % self.shards)

    def shard_of_id(self, public_id: UUID) -> "Shard":
        """The shard that maps this public id to its number. A UUIDv7 is random in its low bits."""
        return self.shard((public_id.int & 0xFFFF_FFFF) % self.shards)


@dataclass(frozen=True, slots=True)
class Shard:
    """A slice of a generation. All its keys begin with its tag, so they share one hash slot."""

    generation: Generation
    index: int

    @property
    def tag(self) -> str:
        """The prefix of every key of this shard."""
        return f"{{{self.generation.projection}:{self.generation.number}:{self.index}}}"

    @property
    def checkpoint_key(self) -> str:
        """Where the shard's checkpoint stands: a hash of `position` and `place`."""
        return f"{self.tag}checkpoint"

    def __str__(self) -> str:
        return f"{self.generation.projection}/{self.generation.number}/{self.index}"


@dataclass(frozen=True, slots=True, order=True)
class Checkpoint:
    """Up to where a shard has applied the log.

    Everything up to `position`, and of the next event's audience the first `place` members.
    """

    position: int = 0
    place: int = 0


GENERATION_KEY_PREFIX = "slackwater:generations:"
ACTIVE = b"active"


class _Shape(msgspec.Struct):
    shards: int
    window: int


def encode_shape(generation: Generation) -> bytes:
    """How a generation is written down beside its number."""
    return msgspec.json.encode(_Shape(generation.shards, generation.window))


def decode_generations(projection: str, fields: dict[bytes, bytes]) -> dict[int, Generation]:
    """Every generation of a projection by number, from its hash of generations."""
    found: dict[int, Generation] = {}
    for name, value in fields.items():
        if name != ACTIVE:
            shape = msgspec.json.decode(value, type=_Shape)
            found[int(name)] = Generation(projection, int(name), shape.shards, shape.window)
    return found


def active_generation(projection: str, fields: dict[bytes, bytes]) -> Generation | None:
    """The generation which readers follow; None if there is none yet."""
    if ACTIVE not in fields:
        return None
    return decode_generations(projection, fields)[int(fields[ACTIVE])]
