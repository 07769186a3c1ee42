"""Profiles: who somebody is, what they post, whom they follow and who follows them."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from edge.problems import problem_responses
from query_api.bodies import PeoplePage, PostPage, Profile
from query_api.paging import LIMIT_DEFAULT, Cursor, Limit, bound_of
from query_api.routes.pages import answer_with_page
from query_api.routes.read_models import Reads
from query_api.routes.read_route import ReadRoute

router = APIRouter(
    prefix="/users",
    tags=["people"],
    responses=problem_responses(400, 404, 410, 503),
    route_class=ReadRoute,
)


@router.get("/{user_id}")
async def profile(user_id: UUID, response: Response, reads: Reads) -> Profile:
    """One person."""
    answered = await reads.answer(lambda source: source.profile(user_id))
    response.headers.update(answered.fresh.headers())
    return answered.body


@router.get("/{user_id}/posts")
async def posts(
    user_id: UUID,
    request: Request,
    response: Response,
    reads: Reads,
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> PostPage:
    """Their posts, newest first."""
    below = bound_of(cursor)
    answered = await reads.answer(lambda source: source.posts_of(user_id, below=below, limit=limit))
    return answer_with_page(answered, limit=limit, request=request, response=response)


@router.get("/{user_id}/followers")
async def followers(
    user_id: UUID,
    request: Request,
    response: Response,
    reads: Reads,
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> PeoplePage:
    """Who follows them, newest members first."""
    below = bound_of(cursor)
    answered = await reads.answer(
        lambda source: source.followers(user_id, below=below, limit=limit)
    )
    return answer_with_page(answered, limit=limit, request=request, response=response)


@router.get("/{user_id}/following")
async def following(
    user_id: UUID,
    request: Request,
    response: Response,
    reads: Reads,
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> PeoplePage:
    """Whom they follow, newest members first."""
    below = bound_of(cursor)
    answered = await reads.answer(
        lambda source: source.following(user_id, below=below, limit=limit)
    )
    return answer_with_page(answered, limit=limit, request=request, response=response)
