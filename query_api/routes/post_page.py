"""A page of posts as an answer, the same for feeds and for an author's own posts."""

from fastapi import Request, Response

from projections.home_feed.read import WindowPage
from projections.relational.rows import PostRows
from query_api.bodies import PostPage
from query_api.freshness import relational_freshness
from query_api.items import feed_item_of_row
from query_api.joined_page import Below, join_page
from query_api.paging import link_header, next_cursor
from query_api.read_models import ReadModels


async def answer_with_posts(
    models: ReadModels,
    page: WindowPage,
    read_below: Below,
    *,
    below: int,
    limit: int,
    request: Request,
    response: Response,
) -> PostPage:
    """The page with its bodies; headers say how new it is and where it goes on."""
    joined = await join_page(models, page, read_below, below=below, limit=limit)
    fresh = joined.fresh
    response.headers.update(fresh.headers() | link_header(request, joined.next, limit))
    return PostPage(items=joined.items, next=joined.next, as_of=fresh.as_of, lag=fresh.lag)


def answer_with_past_posts(
    models: ReadModels, page: PostRows, *, limit: int, request: Request, response: Response
) -> PostPage:
    """A page as it was at a position; the pages that follow are as of the same."""
    fresh = relational_freshness(models.watch, page.standing)
    cursor = next_cursor([row.number for row in page.posts], page.more)
    response.headers.update(fresh.headers() | link_header(request, cursor, limit, fresh.as_of))
    items = [feed_item_of_row(row) for row in page.posts]
    return PostPage(items=items, next=cursor, as_of=fresh.as_of, lag=fresh.lag)
