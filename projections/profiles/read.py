"""Reading profiles by number, numbers by public id, and people's people page by page."""

from dataclasses import dataclass
from typing import Any, cast

from redis.asyncio import Redis

from projections.log.in_sight import HistoryInSight
from projections.numbered import NumberedReader
from projections.profiles.keys import (
    FOLLOWEES,
    FOLLOWERS,
    PROFILES,
    StoredProfile,
    people_key,
)
from projections.reading import (
    READ_FIELDS,
    Looked,
    load_read_script,
    positions_of,
)
from projections.shards import Generation


@dataclass(frozen=True, slots=True)
class Counts:
    """How many people stand on either side of a person, exact as of `position`."""

    position: int
    followers: int
    following: int


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """People's numbers, newest members first, exact as of `position`."""

    position: int
    people: list[int]
    more: bool


class ProfilesReader(NumberedReader[StoredProfile]):
    """Reads the active generation. All methods raise ProjectionUnavailable."""

    def __init__(self, redis: Redis, history: HistoryInSight) -> None:
        super().__init__(redis, history, PROFILES, StoredProfile)
        self._page = load_read_script(redis, "projections.profiles", "page", ("descending",))

    async def counts(self, number: int) -> Counts:
        """How many follow this person, and how many they follow."""

        async def look(generation: Generation) -> Looked[Counts]:
            shard = generation.shard_of(number)
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.hmget(shard.checkpoint_key, *READ_FIELDS)
                pipe.llen(people_key(shard, FOLLOWERS, number))
                pipe.llen(people_key(shard, FOLLOWEES, number))
                checkpoint, followers, following = await pipe.execute()
            [position] = positions_of([checkpoint])
            return Looked([checkpoint], Counts(position, followers, following))

        return await self._active.read(look)

    async def followers(self, number: int, *, below: int, limit: int) -> PeoplePage:
        """A page of this person's followers: numbers below this one (0: the newest)."""
        return await self._people(FOLLOWERS, number, below, limit)

    async def followees(self, number: int, *, below: int, limit: int) -> PeoplePage:
        """A page of whom this person follows, likewise."""
        return await self._people(FOLLOWEES, number, below, limit)

    async def release(self) -> int:
        """The newest retry of the quarantine that the active generation knows."""
        return (await self._active.get()).release

    async def _people(self, people: str, number: int, below: int, limit: int) -> PeoplePage:
        # One more than asked for tells whether there is another page.
        arguments = [people, number, below, limit + 1]

        async def look(generation: Generation) -> Looked[PeoplePage]:
            shard = generation.shard_of(number)
            found = await self._page(keys=[shard.checkpoint_key], args=arguments)
            checkpoint, entries = cast("tuple[list[bytes | None], list[Any]]", found)
            [position] = positions_of([checkpoint])
            numbers = [int(entry) for entry in entries]
            return Looked([checkpoint], PeoplePage(position, numbers[:limit], len(numbers) > limit))

        return await self._active.read(look)
