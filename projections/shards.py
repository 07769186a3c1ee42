"""Generations, their shards and the Redis keys these own. Shared by who writes and who reads."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import msgspec

from projections.greatness import NOBODY_IS_GREAT, Greatness

_GOLDEN_RATIO_64 = 0x9E3779B97F4A7C15
WASTE_IN_A_WINDOW = 8
"""So many times what fell off, before it is cut off together, fits into a window."""

_MASK_64 = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Generation:
    """One complete build of a projection: so many shards, windows so long, such authors great.

    `release`: the newest retry of the quarantine that it knows (projections/log/quarantine.py).
    `can_cool`: its feeds can go cold, since it keeps whom everybody follows. `long_lists`: a list
    may be longer than its window for a while (projections/home_feed/keys.py).
    """

    projection: str
    number: int
    shards: int
    window: int
    release: int = 0
    great: Greatness = NOBODY_IS_GREAT
    can_cool: bool = True
    long_lists: bool = True

    @property
    def longest(self) -> int:
        """How many entries the list of a window may have before it is cut."""
        more = max(2, self.window // WASTE_IN_A_WINDOW) if self.long_lists else 0
        return self.window + more

    def shard(self, index: int) -> "Shard":
        """The shard with this index, from 0."""
        assert 0 <= index < self.shards
        return Shard(self, index)

    def all_shards(self) -> list["Shard"]:
        """Every shard, by index."""
        return [self.shard(index) for index in range(self.shards)]

    def shard_of(self, number: int) -> "Shard":
        """The shard whose slice this person or post number falls into."""
        return self.shard(self.index_of(number))

    def index_of(self, number: int) -> int:
        """That shard's index.

        Numbers are positions and may come in a rhythm (a registration takes two), so they are
        spread by Fibonacci hashing (Knuth, TAOCP 3, 6.4) before the remainder is taken.
        """
        return ((number * _GOLDEN_RATIO_64 & _MASK_64) >> 32) % self.shards

    def shard_of_id(self, public_id: UUID) -> "Shard":
        """The shard that maps this public id to its number. UUIDs are random in their low bits."""
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
        """Where the shard's checkpoint stands: `position`, `place`, `held_until`, `filling`, and
        of the home feed `turning`, `turns`, `cold`.

        `held_until` is a time of the server's clock in milliseconds; until then no batch is
        applied. `filling` stands there while a shard that began with nothing, although there was
        a log, has not once come up to the log's end: nobody reads it before. `turning` stands
        there while a feed is in the middle of going cold or warm, and no batch is applied;
        `turns` counts how often that was done (projections/home_feed/turn.lua), or somebody's state
        was repaired, and `cold` how many feeds are cold.
        """
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


FOREVER = 1 << 53
"""As the time until which a shard is held: it rests."""


class State(StrEnum):
    """What a generation is good for."""

    BUILDING = "building"
    """A rebuild is loading it, or ended before it was done: nobody feeds or reads it."""

    ACTIVE = "active"
    """Projectors feed it and readers read it."""

    RESTING = "resting"
    """It is complete as of its checkpoints and kept as it is."""

    LOST = "lost"
    """It was built from a history that the store does not have any more; the relay removes it."""


GENERATIONS_KEY_PREFIX = "slackwater:generations:"
"""A projection's registry, a hash: number -> shape, ACTIVE and LAST -> a number, EPOCH."""

ACTIVE = "active"
LAST = "last"
EPOCH = "epoch"
"""The history that the active generation is of, since the first change of epochs."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A generation as the registry has it."""

    generation: Generation
    state: State


class _Entry(msgspec.Struct):
    """What a generation was given when it was made; of one that is older than a field, its default.

    So nobody is great in a generation from before there were great authors, no feed goes cold in
    one from before there were cold feeds, and no list becomes long in one that somebody may read
    who does not know of long lists.
    """

    shards: int
    window: int
    building: bool = False
    release: int = 0
    lost: bool = False
    great_from: int = 0
    great_until: int = 0
    can_cool: bool = False
    long_lists: bool = False

    @property
    def state(self) -> State:
        if self.lost:
            return State.LOST
        return State.BUILDING if self.building else State.RESTING


def generations_key(projection: str) -> str:
    """Where a projection's generations are listed."""
    return GENERATIONS_KEY_PREFIX + projection


def encode_entry(generation: Generation, *, building: bool, lost: bool = False) -> bytes:
    """How the registry writes a generation down beside its number."""
    great = generation.great
    return msgspec.json.encode(
        _Entry(
            generation.shards, generation.window, building, generation.release, lost,
            great.begins_at, great.ends_at, generation.can_cool, generation.long_lists,
        )
    )  # fmt: skip


def epoch_in(fields: dict[bytes, bytes]) -> str:
    """The history that a registry's active generation is of; "" if it says nothing about it."""
    return fields.get(EPOCH.encode(), b"").decode()


def decode_registry(projection: str, fields: dict[bytes, bytes]) -> list[Listed]:
    """Every generation of a projection, oldest first."""
    active = int(fields.get(ACTIVE.encode(), 0))
    found: list[Listed] = []
    for name, value in fields.items():
        if name.isdigit():
            number, entry = int(name), msgspec.json.decode(value, type=_Entry)
            shape = entry.shards, entry.window, entry.release
            great = Greatness(entry.great_from, entry.great_until)
            kept = entry.can_cool, entry.long_lists
            generation = Generation(projection, number, *shape, great, *kept)
            found.append(Listed(generation, State.ACTIVE if number == active else entry.state))
    return sorted(found, key=lambda listed: listed.generation.number)


def active_generation(projection: str, fields: dict[bytes, bytes]) -> Generation | None:
    """The generation which readers follow; None if there is none yet."""
    listed = decode_registry(projection, fields)
    return next((one.generation for one in listed if one.state == State.ACTIVE), None)
