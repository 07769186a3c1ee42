"""The read side's whole view of the world: the read models, the caches, the log's head."""

from uuid import UUID

from cachetools import TTLCache
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError

from projections.home_feed.read import HomeFeedReader, WindowPage
from projections.log.watch import LogWatch
from projections.posts.keys import StoredPost
from projections.posts.read import PostsReader
from projections.profiles.keys import StoredProfile
from projections.profiles.read import ProfilesReader
from projections.relational.fallback import FallbackReader
from projections.relational.read import RelationalReader
from query_api.breaker import Breaker
from query_api.cache import FactCache
from query_api.read_marks import ReadMarks

POSTS_CACHED_MAX = 50_000
PROFILES_CACHED_MAX = 50_000
NUMBERS_CACHED_MAX = 100_000
NUMBERS_CACHED_SECONDS = 60.0
"""Who is erased in the meantime has no number any more."""

ANSWER_SECONDS_MAX = 2.0
"""Reads are short: a server that takes longer counts as away."""


class ReadModels:
    """Opened once for the app. Its methods raise ProjectionUnavailable."""

    def __init__(self, redis_url: str, database_url: str) -> None:
        self.redis = Redis.from_url(
            redis_url,
            socket_timeout=ANSWER_SECONDS_MAX,
            socket_connect_timeout=ANSWER_SECONDS_MAX,
            # Once more where a connection broke; silence is not waited for twice.
            retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
        )
        self.breaker = Breaker(self.redis.ping)
        self.watch = LogWatch(self.redis, database_url)
        history = self.watch.history
        self.home_feed = HomeFeedReader(self.redis, history)
        self.read_marks = ReadMarks(self.redis, self.breaker)
        self.posts = PostsReader(self.redis, history)
        self.profiles = ProfilesReader(self.redis, history)
        self.relational = RelationalReader(database_url)
        self.fallback = FallbackReader(self.relational.snapshots)
        self.bodies = FactCache[StoredPost]("posts", self.posts.by_number, POSTS_CACHED_MAX)
        self.people = FactCache[StoredProfile](
            "profiles", self.profiles.by_number, PROFILES_CACHED_MAX
        )
        self._forget_numbers()
        for forget in (self.bodies.forget, self.people.forget, self._forget_numbers):
            history.on_change(forget)

    async def feed(self, person: int, *, below: int, limit: int) -> WindowPage:
        """A page of a person's home feed, which they read now."""
        page = await self.home_feed.feed(person, below=below, limit=limit)
        self.read_marks.mark(person, is_cold=page.is_cold)
        return page

    async def find_person(self, person_id: UUID) -> tuple[int | None, int | None]:
        """A person's number, and the position the answer holds for if there is none."""
        if (known := self._numbers.get(person_id)) is not None:
            return known, None
        numbers = self._numbers  # if the history is replaced meanwhile, these are forgotten
        number, position = await self.profiles.number_of(person_id)
        if number is not None:
            numbers[person_id] = number
        return number, position

    def known_number(self, person_id: UUID) -> int | None:
        """A person's number, if it is remembered here."""
        return self._numbers.get(person_id)

    async def feed_position(self, person_id: UUID) -> int:
        """The position that a person's feed, which may be empty, holds for."""
        person, position = await self.find_person(person_id)
        if person is not None:
            return await self.home_feed.position_of(person)
        assert position is not None, "an unknown person is unknown as of some position"
        return position

    def _forget_numbers(self) -> None:
        self._numbers = TTLCache[UUID, int](NUMBERS_CACHED_MAX, NUMBERS_CACHED_SECONDS)

    async def close(self) -> None:
        """Closes the connections."""
        await self.breaker.close()
        await self.redis.aclose()
        await self.relational.close()
