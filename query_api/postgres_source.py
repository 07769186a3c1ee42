"""Reads from Postgres, for when Redis has no answer: the same items, order and cursors."""

from collections.abc import Awaitable
from typing import TypeVar
from uuid import UUID

from projections.errors import ProjectionBehind
from projections.relational.rows import Found, PersonRows, PostRows, Standing
from query_api.bodies import PeoplePage, Post, PostPage, Profile
from query_api.errors import NotFound
from query_api.freshness import Freshness, relational_freshness
from query_api.items import author_of_row, feed_item_of_row, feed_items_of_rows
from query_api.opening import opened_author
from query_api.paging import next_cursor
from query_api.read_models import ReadModels
from query_api.source import Answered

Row = TypeVar("Row")


class PostgresSource:
    """As of where the tables stand, or as of `up_to` if that is lower.

    All methods raise ProjectionUnavailable and RelationalUnreachable.
    """

    def __init__(self, models: ReadModels, up_to: int | None = None) -> None:
        self._models = models
        self._up_to = up_to

    async def home_feed(self, caller: UUID, *, below: int, limit: int) -> Answered[PostPage]:
        """A page of somebody's home feed."""
        found = await self._models.fallback.feed(
            caller, below=below, limit=limit, up_to=self._up_to
        )
        page = found.row or PostRows(found.standing, [], more=False)
        return self._posts(page, below)

    async def posts_of(self, person_id: UUID, *, below: int, limit: int) -> Answered[PostPage]:
        """A page of what somebody has published."""
        asked = self._models.fallback.posts_of(
            person_id, below=below, limit=limit, up_to=self._up_to
        )
        page, _ = await self._found(asked, f"person {person_id}")
        return self._posts(page, below)

    async def followers(self, person_id: UUID, *, below: int, limit: int) -> Answered[PeoplePage]:
        """A page of who follows somebody."""
        asked = self._models.fallback.followers(
            person_id, below=below, limit=limit, up_to=self._up_to
        )
        return await self._people(asked, person_id, below)

    async def following(self, person_id: UUID, *, below: int, limit: int) -> Answered[PeoplePage]:
        """A page of whom somebody follows."""
        asked = self._models.fallback.followees(
            person_id, below=below, limit=limit, up_to=self._up_to
        )
        return await self._people(asked, person_id, below)

    async def post(self, post_id: UUID) -> Answered[Post]:
        """One post."""
        asked = self._models.fallback.post(post_id, up_to=self._up_to)
        row, fresh = await self._found(asked, f"post {post_id}")
        item = feed_item_of_row(row)
        if item is None:
            raise NotFound(f"post {post_id}", fresh)
        return Answered(Post(**item.model_dump(), as_of=fresh.as_of, lag=fresh.lag), fresh)

    async def profile(self, person_id: UUID) -> Answered[Profile]:
        """One person."""
        asked = self._models.fallback.profile(person_id, up_to=self._up_to)
        row, fresh = await self._found(asked, f"person {person_id}")
        who = opened_author(row.id, row.handle, row.display_name, row.key)
        if who is None:
            raise NotFound(f"person {person_id}", fresh)
        body = Profile(
            **who.model_dump(),
            created_at=row.registered_at,
            followers=row.followers,
            following=row.following,
            as_of=fresh.as_of,
            lag=fresh.lag,
        )
        return Answered(body, fresh)

    async def _people(
        self, asked: Awaitable[Found[PersonRows]], person_id: UUID, below: int
    ) -> Answered[PeoplePage]:
        page, fresh = await self._found(asked, f"person {person_id}", below)
        items = [one for row in page.people if (one := author_of_row(row)) is not None]
        cursor = next_cursor([row.number for row in page.people], page.more)
        return Answered(
            PeoplePage(items=items, next=cursor, as_of=fresh.as_of, lag=fresh.lag), fresh
        )

    def _posts(self, page: PostRows, below: int) -> Answered[PostPage]:
        _check_that_nothing_is_missing(page.standing, below)
        fresh = relational_freshness(self._models.watch, page.standing)
        items = feed_items_of_rows(page.posts)
        cursor = next_cursor([row.number for row in page.posts], page.more)
        return Answered(PostPage(items=items, next=cursor, as_of=fresh.as_of, lag=fresh.lag), fresh)

    async def _found(
        self, asked: Awaitable[Found[Row]], what: str, below: int = 0
    ) -> tuple[Row, Freshness]:
        found = await asked
        fresh = relational_freshness(self._models.watch, found.standing)
        if found.row is None:
            raise NotFound(what, fresh)
        _check_that_nothing_is_missing(found.standing, below)
        return found.row, fresh


def _check_that_nothing_is_missing(standing: Standing, below: int) -> None:
    """Raises ProjectionBehind where a cursor of a newer answer would leave a gap."""
    needed = min(below - 1, standing.head)
    if standing.position < needed:
        raise ProjectionBehind(
            f"the relational projection is at position {standing.position}, and the page begins at "
            f"{needed}; it gets there by itself: try again shortly"
        )
