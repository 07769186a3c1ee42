"""Reads from Redis; what is below its windows comes from Postgres."""

from functools import partial
from uuid import UUID

from projections.home_feed.read import WindowPage
from projections.profiles.read import PeoplePage as NumbersPage
from query_api.bodies import PeoplePage, Post, PostPage, Profile
from query_api.errors import NotFound
from query_api.freshness import freshness
from query_api.items import author, hydrate_people, hydrate_posts
from query_api.joined_page import Below, join_page
from query_api.paging import next_cursor
from query_api.read_models import ReadModels
from query_api.source import Answered


class RedisSource:
    """All methods raise RedisError, ProjectionUnavailable, RelationalUnreachable."""

    def __init__(self, models: ReadModels) -> None:
        self._models = models

    async def home_feed(self, caller: UUID, *, below: int, limit: int) -> Answered[PostPage]:
        """A page of somebody's home feed."""
        models = self._models
        person, position = await models.find_person(caller)
        if person is None:
            # Not registered as of that position, so by the feed rule there is nothing to show.
            assert position is not None
            fresh = await freshness(models.watch, position)
            return Answered(PostPage(items=[], next=None, as_of=fresh.as_of, lag=fresh.lag), fresh)
        page = await models.feed(person, below=below, limit=limit)
        return await self._posts(page, partial(models.relational.feed, person), below, limit)

    async def posts_of(self, person_id: UUID, *, below: int, limit: int) -> Answered[PostPage]:
        """A page of what somebody has published."""
        models, number = self._models, await self._person(person_id)
        page = await models.home_feed.posts_of(number, below=below, limit=limit)
        return await self._posts(page, partial(models.relational.posts_of, number), below, limit)

    async def followers(self, person_id: UUID, *, below: int, limit: int) -> Answered[PeoplePage]:
        """A page of who follows somebody."""
        number = await self._person(person_id)
        page = await self._models.profiles.followers(number, below=below, limit=limit)
        return await self._people(page)

    async def following(self, person_id: UUID, *, below: int, limit: int) -> Answered[PeoplePage]:
        """A page of whom somebody follows."""
        number = await self._person(person_id)
        page = await self._models.profiles.followees(number, below=below, limit=limit)
        return await self._people(page)

    async def post(self, post_id: UUID) -> Answered[Post]:
        """One post."""
        models = self._models
        number, position = await models.posts.number_of(post_id)
        hydrated = await hydrate_posts(models, [] if number is None else [number], position)
        fresh = await freshness(models.watch, hydrated.as_of)
        if not hydrated.items:
            raise NotFound(f"post {post_id}", fresh)
        body = Post(**hydrated.items[0].model_dump(), as_of=fresh.as_of, lag=fresh.lag)
        return Answered(body, fresh)

    async def profile(self, person_id: UUID) -> Answered[Profile]:
        """One person."""
        models, number = self._models, await self._person(person_id)
        counts = await models.profiles.counts(number)
        # Not from the cache: they may have been erased since.
        stored = (await models.profiles.by_number([number])).get(number)
        fresh = await freshness(models.watch, counts.position)
        who = None if stored is None else author(stored)
        if stored is None or who is None:
            raise NotFound(f"person {person_id}", fresh)
        body = Profile(
            **who.model_dump(),
            created_at=stored.created_at,
            followers=counts.followers,
            following=counts.following,
            as_of=fresh.as_of,
            lag=fresh.lag,
        )
        return Answered(body, fresh)

    async def _person(self, person_id: UUID) -> int:
        number, position = await self._models.find_person(person_id)
        if number is None:
            assert position is not None, "an unknown person is unknown as of some position"
            raise NotFound(f"person {person_id}", await freshness(self._models.watch, position))
        return number

    async def _posts(
        self, page: WindowPage, read_below: Below, below: int, limit: int
    ) -> Answered[PostPage]:
        joined = await join_page(self._models, page, read_below, below=below, limit=limit)
        fresh = joined.fresh
        body = PostPage(items=joined.items, next=joined.next, as_of=fresh.as_of, lag=fresh.lag)
        return Answered(body, fresh)

    async def _people(self, page: NumbersPage) -> Answered[PeoplePage]:
        items, as_of = await hydrate_people(self._models, page.people, page.position)
        fresh = await freshness(self._models.watch, as_of)
        cursor = next_cursor(page.people, page.more)
        body = PeoplePage(items=items, next=cursor, as_of=fresh.as_of, lag=fresh.lag)
        return Answered(body, fresh)
