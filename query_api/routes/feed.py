"""The home feed, why a post is in it, and single posts."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from edge.caller import Caller
from edge.problems import problem_responses
from query_api.bodies import Post, PostPage, Why
from query_api.errors import NotFound
from query_api.freshness import freshness, relational_freshness
from query_api.items import hydrate_posts
from query_api.paging import LIMIT_DEFAULT, AsOf, Cursor, Limit, bound_of
from query_api.past_feed import past_feed
from query_api.routes.post_page import answer_with_past_posts, answer_with_posts
from query_api.routes.read_models import Models
from query_api.routes.read_route import ReadRoute
from query_api.why import IN_FEED, facts_for, verdict, why_facts

router = APIRouter(prefix="/feed", tags=["feed"], route_class=ReadRoute)


@router.get("/", responses=problem_responses(400, 401, 410, 503))
async def home_feed(
    caller: Caller,
    request: Request,
    response: Response,
    models: Models,
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
    as_of: AsOf = None,
) -> PostPage:
    """The caller's home feed, newest first, as it is now or as it was at a position.

    The newest pages come from Redis, older ones and those of the past from Postgres.
    """
    below = bound_of(cursor)
    if as_of is not None:
        past = await past_feed(models, caller, as_of=as_of, below=below, limit=limit)
        return answer_with_past_posts(models, past, limit=limit, request=request, response=response)
    person, position = await models.find_person(caller)
    if person is None:
        # Not registered as of that position, so by the feed rule there is nothing to show.
        assert position is not None
        fresh = await freshness(models.watch, position)
        response.headers.update(fresh.headers())
        return PostPage(items=[], next=None, as_of=fresh.as_of, lag=fresh.lag)
    page = await models.home_feed.feed(person, below=below, limit=limit)
    return await answer_with_posts(
        models,
        page,
        partial(models.relational.feed, person),
        below=below,
        limit=limit,
        request=request,
        response=response,
    )


@router.get("/why/{post_id}", responses=problem_responses(400, 401, 410, 503))
async def why(caller: Caller, post_id: UUID, response: Response, models: Models) -> Why:
    """Whether a post is in the caller's feed, and what decides it."""
    facts = await facts_for(models, caller, post_id)
    reason, because = verdict(facts)
    fresh = relational_freshness(models.watch, facts.standing)
    response.headers.update(fresh.headers())
    return Why(
        post_id=post_id,
        in_feed=reason in IN_FEED,
        reason=reason,
        because=because,
        as_of=fresh.as_of,
        facts=why_facts(facts),
    )


@router.get("/posts/{post_id}", responses=problem_responses(400, 404, 410, 503))
async def post(post_id: Annotated[UUID, Path()], response: Response, models: Models) -> Post:
    """One post."""
    number, position = await models.posts.number_of(post_id)
    hydrated = await hydrate_posts(models, [] if number is None else [number], position)
    if not hydrated.items:
        raise NotFound(f"post {post_id}", hydrated.as_of)
    fresh = await freshness(models.watch, hydrated.as_of)
    response.headers.update(fresh.headers())
    return Post(**hydrated.items[0].model_dump(), as_of=fresh.as_of, lag=fresh.lag)
