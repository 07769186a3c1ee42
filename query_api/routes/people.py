"""Profiles: who somebody is, what they post, whom they follow and who follows them."""

from functools import partial
from uuid import UUID

from fastapi import APIRouter, Request, Response

from edge.problems import problem_responses
from projections.profiles.read import PeoplePage as NumbersPage
from query_api.bodies import PeoplePage, PostPage, Profile
from query_api.errors import NotFound
from query_api.freshness import freshness
from query_api.items import author, hydrate_people
from query_api.paging import LIMIT_DEFAULT, Cursor, Limit, bound_of, link_header, next_cursor
from query_api.read_models import ReadModels
from query_api.routes.post_page import answer_with_posts
from query_api.routes.read_models import Models
from query_api.routes.read_route import ReadRoute

router = APIRouter(
    prefix="/users",
    tags=["people"],
    responses=problem_responses(400, 404, 410, 503),
    route_class=ReadRoute,
)


@router.get("/{user_id}")
async def profile(user_id: UUID, response: Response, models: Models) -> Profile:
    """One person."""
    number = await models.person(user_id)
    counts = await models.profiles.counts(number)
    stored = (await models.people.get([number])).get(number)
    if stored is None:
        raise NotFound(f"person {user_id}", counts.position)
    fresh = await freshness(models.watch, counts.position)
    response.headers.update(fresh.headers())
    return Profile(
        **author(stored).model_dump(),
        created_at=stored.created_at,
        followers=counts.followers,
        following=counts.following,
        as_of=fresh.as_of,
        lag=fresh.lag,
    )


@router.get("/{user_id}/posts")
async def posts(
    user_id: UUID,
    request: Request,
    response: Response,
    models: Models,
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> PostPage:
    """Their posts, newest first."""
    number = await models.person(user_id)
    below = bound_of(cursor)
    page = await models.home_feed.posts_of(number, below=below, limit=limit)
    return await answer_with_posts(
        models,
        page,
        partial(models.relational.posts_of, number),
        below=below,
        limit=limit,
        request=request,
        response=response,
    )


@router.get("/{user_id}/followers")
async def followers(
    user_id: UUID,
    request: Request,
    response: Response,
    models: Models,
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> PeoplePage:
    """Who follows them, newest members first."""
    number = await models.person(user_id)
    page = await models.profiles.followers(number, below=bound_of(cursor), limit=limit)
    return await _answer_with_people(models, page, limit, request, response)


@router.get("/{user_id}/following")
async def following(
    user_id: UUID,
    request: Request,
    response: Response,
    models: Models,
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> PeoplePage:
    """Whom they follow, newest members first."""
    number = await models.person(user_id)
    page = await models.profiles.followees(number, below=bound_of(cursor), limit=limit)
    return await _answer_with_people(models, page, limit, request, response)


async def _answer_with_people(
    models: ReadModels, page: NumbersPage, limit: int, request: Request, response: Response
) -> PeoplePage:
    items, as_of = await hydrate_people(models, page.people, page.position)
    fresh = await freshness(models.watch, as_of)
    cursor = next_cursor(page.people, page.more)
    response.headers.update(fresh.headers() | link_header(request, cursor, limit))
    return PeoplePage(items=items, next=cursor, as_of=fresh.as_of, lag=fresh.lag)
