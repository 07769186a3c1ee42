"""A page as an answer: headers say how new it is and where it goes on."""

from typing import TypeVar

from fastapi import Request, Response

from projections.relational.rows import PostRows
from query_api.bodies import PeoplePage, PostPage
from query_api.freshness import relational_freshness
from query_api.items import feed_items_of_rows
from query_api.paging import link_header, next_cursor
from query_api.read_models import ReadModels
from query_api.source import Answered

Page = TypeVar("Page", PostPage, PeoplePage)


def answer_with_page(
    answered: Answered[Page], *, limit: int, request: Request, response: Response
) -> Page:
    """A page as it is now."""
    page = answered.body
    response.headers.update(answered.fresh.headers() | link_header(request, page.next, limit))
    return page


def answer_with_past_posts(
    models: ReadModels, page: PostRows, *, limit: int, request: Request, response: Response
) -> PostPage:
    """A page as it was at a position; the pages that follow are as of the same."""
    fresh = relational_freshness(models.watch, page.standing)
    cursor = next_cursor([row.number for row in page.posts], page.more)
    response.headers.update(fresh.headers() | link_header(request, cursor, limit, fresh.as_of))
    items = feed_items_of_rows(page.posts)
    return PostPage(items=items, next=cursor, as_of=fresh.as_of, lag=fresh.lag)
