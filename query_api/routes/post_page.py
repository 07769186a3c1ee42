"""A page of posts as an answer, the same for feeds and for an author's own posts."""

from fastapi import Request, Response

from projections.home_feed.read import WindowPage
from query_api.bodies import PostPage
from query_api.freshness import freshness
from query_api.items import hydrate_posts
from query_api.paging import link_header, next_cursor
from query_api.read_models import ReadModels


async def answer_with_posts(
    models: ReadModels, page: WindowPage, limit: int, request: Request, response: Response
) -> PostPage:
    """The page with its bodies; headers say how new it is and where it goes on."""
    hydrated = await hydrate_posts(models, page.posts, page.position)
    fresh = await freshness(models.watch, hydrated.as_of)
    cursor = next_cursor(page.posts, page.more)
    response.headers.update(fresh.headers() | link_header(request, cursor, limit))
    if cursor is None and page.horizon:
        response.headers["Feed-Horizon"] = str(page.horizon)
    return PostPage(items=hydrated.items, next=cursor, as_of=fresh.as_of, lag=fresh.lag)
