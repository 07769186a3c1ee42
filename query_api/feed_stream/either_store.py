"""What a stream has to know beside the log: from Redis, or from the tables while Redis is away."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from cachetools import TTLCache
from redis.exceptions import RedisError

from projections.errors import ProjectionUnavailable
from query_api.bodies import Author, FeedItem
from query_api.errors import NotFound, RedisAway
from query_api.feed_stream.errors import StreamEnded
from query_api.freshness import freshness, relational_freshness
from query_api.items import author, author_of_row, feed_items_of_rows, hydrate_posts
from query_api.read_models import ReadModels

FOLLOWEES_MAX = 1_000_000
POSTS_OF_NEW_AUTHOR_MAX = 100
AUTHORS_KEPT_MAX = 10_000
AUTHORS_KEPT_SECONDS = 60.0

FACT_SECONDS_MAX = 5.0
"""How long a stream waits for a read model that is behind the log."""

FACT_EVERY_SECONDS = 0.05

Found = TypeVar("Found")
Ask = Callable[[], Awaitable[Found]]


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose stream it is: by public id, and by number."""

    id: UUID
    number: int


@dataclass(frozen=True, slots=True)
class Followees:
    """Whom somebody follows, as of a position."""

    position: int
    people: frozenset[int]


@dataclass(frozen=True, slots=True)
class Writer:
    """Somebody whose posts come, and the key that opens what of them is sealed."""

    author: Author
    key: bytes | None


class _Gone:
    """Stands for a person who is erased."""


GONE = _Gone()


class EitherStore:
    """One for a process.

    All methods raise ProjectionUnavailable and RelationalUnreachable where neither store answers.
    """

    def __init__(self, models: ReadModels) -> None:
        self._models = models
        self._forget_writers()
        models.watch.history.on_change(self._forget_writers)

    def is_reading(self, caller: Caller) -> None:
        """Somebody reads their feed as long as a stream of it is open."""
        self._models.read_marks.mark(caller.number)

    async def epoch(self) -> str:
        """The history that is served."""
        return self._models.watch.epoch or (await self._models.relational.position()).epoch

    def serves(self, epoch: str) -> bool:
        """Whether this history is still the one, as far as is known."""
        return self._models.watch.epoch in (epoch, "")

    async def caller(self, person_id: UUID) -> Caller:
        """Who this is. Raises NotFound."""

        async def in_redis() -> int:
            number, position = await self._models.find_person(person_id)
            if number is None:
                assert position is not None, "an unknown person is unknown as of some position"
                raise NotFound(f"person {person_id}", await freshness(self._models.watch, position))
            return number

        async def in_tables() -> int:
            number, standing = await self._models.relational.person(person_id)
            if number is None:
                fresh = relational_freshness(self._models.watch, standing)
                raise NotFound(f"person {person_id}", fresh)
            return number

        return Caller(person_id, await self.ask(in_redis, in_tables))

    async def followees(self, caller: Caller, up_to: int) -> Followees:
        """Whom they follow, as of any position; in the tables that is `up_to` at most."""

        async def in_redis() -> Followees:
            page = await self._models.profiles.followees(
                caller.number, below=0, limit=FOLLOWEES_MAX
            )
            return Followees(page.position, frozenset(page.people))

        return await self.ask(in_redis, lambda: self.past_followees(caller, up_to))

    async def past_followees(self, caller: Caller, up_to: int) -> Followees:
        """Whom they followed then, or when the tables stood; they may not have come so far."""
        found = await self._models.fallback.followed(caller.id, up_to=up_to)
        return Followees(found.standing.position, found.row or frozenset())

    async def writer(self, number: int) -> Writer | None:
        """The person with this number; None if they are gone, and their key with them.

        Raises StreamEnded if no read model has them in time.
        """
        writers = self._writers  # if the history is replaced meanwhile, these are forgotten
        if number in writers:
            return writers[number]

        async def in_redis() -> Writer | _Gone | None:
            stored = (await self._models.profiles.by_number([number])).get(number)
            if stored is not None:
                return _writer(author(stored), stored.key)
            reached = await self._models.profiles.positions_for([number])
            return GONE if reached[number] >= number else None

        async def in_tables() -> Writer | _Gone | None:
            row, standing = await self._models.relational.known_as(number)
            if row is not None:
                return _writer(author_of_row(row), row.key)
            return GONE if standing.position >= number else None

        what = f"the profile of person number {number}"
        found = await self._once_there(in_redis, in_tables, what)
        if isinstance(found, _Gone):
            return None
        writers[number] = found
        return found

    async def newest_posts(self, author: int, as_of: int) -> tuple[list[FeedItem], bool]:
        """Somebody's newest posts below a position, and whether there are older ones.

        As of that position at least: what was posted just before it is among them. Raises
        StreamEnded if no read model comes so far in time.
        """
        page = {"below": as_of, "limit": POSTS_OF_NEW_AUTHOR_MAX}

        async def in_redis() -> tuple[list[FeedItem], bool] | None:
            window = await self._models.home_feed.posts_of(author, **page)
            hydrated = await hydrate_posts(self._models, window.posts, window.position)
            if hydrated.as_of < as_of:
                return None
            return hydrated.items, window.more or window.horizon > 0

        async def in_tables() -> tuple[list[FeedItem], bool] | None:
            rows = await self._models.relational.posts_of(author, **page, up_to=as_of)
            if rows.standing.position < as_of:
                return None
            return feed_items_of_rows(rows.posts), rows.more

        return await self._once_there(in_redis, in_tables, f"read models as of position {as_of}")

    async def ask(self, in_redis: Ask[Found], in_tables: Ask[Found]) -> Found:
        """What Redis says; while it is away, or does not have it, what the tables say."""
        try:
            return await self._models.breaker.call(in_redis)
        except (RedisAway, RedisError, ProjectionUnavailable):
            return await in_tables()

    async def _once_there(
        self, in_redis: Ask[Found | None], in_tables: Ask[Found | None], what: str
    ) -> Found:
        deadline = time.monotonic() + FACT_SECONDS_MAX
        while (found := await self.ask(in_redis, in_tables)) is None:
            if time.monotonic() > deadline:
                raise StreamEnded(f"{what} is not here yet")
            await asyncio.sleep(FACT_EVERY_SECONDS)
        return found

    def _forget_writers(self) -> None:
        self._writers = TTLCache[int, Writer](AUTHORS_KEPT_MAX, AUTHORS_KEPT_SECONDS)


def _writer(who: Author | None, key: bytes | None) -> Writer | _Gone:
    return GONE if who is None else Writer(who, key)
