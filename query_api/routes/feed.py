"""The home feed, why a post is in it, and single posts."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from edge.caller import Caller
from edge.problems import problem_responses
from query_api.bodies import Post, PostPage, Why
from query_api.freshness import relational_freshness
from query_api.paging import LIMIT_DEFAULT, AsOf, Cursor, Limit, bound_of
from query_api.past_feed import past_feed
from query_api.routes.pages import answer_with_page, answer_with_past_posts
from query_api.routes.read_models import Models, Reads
from query_api.routes.read_route import ReadRoute
from query_api.why import IN_FEED, opened, verdict, why_facts

router = APIRouter(prefix="/feed", tags=["feed"], route_class=ReadRoute)


@router.get("/", responses=problem_responses(400, 401, 403, 410, 503))
async def home_feed(
    caller: Caller,
    request: Request,
    response: Response,
    models: Models,
    reads: Reads,
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
    as_of: AsOf = None,
) -> PostPage:
    """The caller's home feed, newest first, as it is now or as it was at a position.

    The newest pages come from Redis, older ones and those of the past from Postgres; while Redis
    has no answer, all of them.
    """
    below = bound_of(cursor)
    if as_of is not None:
        past = await past_feed(models, caller, as_of=as_of, below=below, limit=limit)
        return answer_with_past_posts(models, past, limit=limit, request=request, response=response)
    answered = await reads.answer(lambda source: source.home_feed(caller, below=below, limit=limit))
    return answer_with_page(answered, limit=limit, request=request, response=response)


@router.get("/why/{post_id}", responses=problem_responses(400, 401, 403, 410, 503))
async def why(
    caller: Caller, post_id: UUID, response: Response, models: Models, reads: Reads
) -> Why:
    """Whether a post is in the caller's feed, and what decides it."""
    position = await reads.feed_position(caller)
    facts = opened(await models.relational.facts(caller, post_id, position))
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
async def post(post_id: Annotated[UUID, Path()], response: Response, reads: Reads) -> Post:
    """One post."""
    answered = await reads.answer(lambda source: source.post(post_id))
    response.headers.update(answered.fresh.headers())
    return answered.body
