"""The home feed and single posts."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from edge.caller import Caller
from edge.problems import problem_responses
from query_api.bodies import Post, PostPage
from query_api.errors import NotFound
from query_api.freshness import freshness
from query_api.items import hydrate_posts
from query_api.paging import LIMIT_DEFAULT, Cursor, Limit, bound_of
from query_api.routes.post_page import answer_with_posts
from query_api.routes.read_models import Models

router = APIRouter(prefix="/feed", tags=["feed"])


@router.get("/", responses=problem_responses(401, 503))
async def home_feed(
    caller: Caller,
    request: Request,
    response: Response,
    models: Models,
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> PostPage:
    """The caller's home feed, newest first.

    `Feed-Horizon` on the last page: older posts exist, but not in this window.
    """
    person, position = await models.find_person(caller)
    if person is None:
        # Not registered as of that position, so by the feed rule there is nothing to show.
        assert position is not None
        fresh = await freshness(models.watch, position)
        response.headers.update(fresh.headers())
        return PostPage(items=[], next=None, as_of=fresh.as_of, lag=fresh.lag)
    page = await models.home_feed.feed(person, below=bound_of(cursor), limit=limit)
    return await answer_with_posts(models, page, limit, request, response)


@router.get("/posts/{post_id}", responses=problem_responses(404, 503))
async def post(post_id: Annotated[UUID, Path()], response: Response, models: Models) -> Post:
    """One post."""
    number, position = await models.posts.number_of(post_id)
    hydrated = await hydrate_posts(models, [] if number is None else [number], position)
    if not hydrated.items:
        raise NotFound(f"post {post_id}", hydrated.as_of)
    fresh = await freshness(models.watch, hydrated.as_of)
    response.headers.update(fresh.headers())
    return Post(**hydrated.items[0].model_dump(), as_of=fresh.as_of, lag=fresh.lag)
