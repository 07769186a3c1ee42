"""The home feed as a stream of changes (server-sent events)."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse

from edge.caller import CallerAccess
from edge.feed_token import asked_token
from edge.problems import Problem, problem_responses
from projections.errors import ProjectionUnavailable, RelationalUnreachable
from query_api.errors import NotFound
from query_api.feed_stream.session import Session
from query_api.feed_stream.streams import MEDIA_TYPE, Streams
from query_api.freshness import freshness
from query_api.paging import POSITION_MAX
from query_api.routes.read_models import Models

router = APIRouter(prefix="/feed", tags=["feed"])

REPLAYED_POSITIONS_MAX = 100_000
"""A client that was away for longer reads its feed anew, which is less work for both."""

LastEventId = Annotated[
    str | None, Header(pattern=r"^[0-9]{1,15}$", description="the last event that was seen")
]
After = Annotated[
    int | None,
    Query(
        ge=0,
        le=POSITION_MAX,
        description="changes after this position, e.g. the `as_of` of a feed; Last-Event-ID, which "
        "a browser sends when it comes again, goes before it; neither: from now on",
    ),
]


@router.get(
    "/stream",
    response_class=StreamingResponse,
    responses={200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}}
    | problem_responses(400, 401, 404, 410, 429, 503),
)
async def stream(
    access: CallerAccess,
    request: Request,
    models: Models,
    last_event_id: LastEventId = None,
    after: After = None,
) -> StreamingResponse:
    """Every change of the caller's home feed, as it happens; an event's id is its position.

    `added`: a post. `removed`: a post that was deleted. `followed`: an author, with their newest
    posts, which came in. `unfollowed`: an author, all of whose posts went out.
    """
    person = await _number_of(models, access.person_id)
    head = models.watch.head.position
    begin = int(last_event_id) if last_event_id is not None else after
    begin = head if begin is None else begin
    token = asked_token(request.scope)
    if token is not None and models.watch.epoch not in (token.epoch, ""):
        raise Problem(
            HTTPStatus.GONE, "this Feed-Token is of a history that is not served any more"
        )
    if begin > head:
        head = await _newest(models)
    if begin > head:
        raise Problem(
            HTTPStatus.BAD_REQUEST, f"there is no position {begin} yet: the newest is {head}"
        )
    if begin < head - REPLAYED_POSITIONS_MAX:
        raise Problem(
            HTTPStatus.GONE,
            f"position {begin} is too long ago to go on from: read the feed, and stream from its "
            "as_of",
        )
    streams: Streams = request.app.state.streams
    session = Session(models, streams.log(), person, begin, access.expires_at)
    return streams.answer(access.person_id, session)


async def _number_of(models: Models, person_id: UUID) -> int:
    number, position = await models.breaker.call(lambda: models.find_person(person_id))
    if number is None:
        assert position is not None, "an unknown person is unknown as of some position"
        raise NotFound(f"person {person_id}", await freshness(models.watch, position))
    return number


async def _newest(models: Models) -> int:
    try:
        standing = await models.relational.position()
    except (ProjectionUnavailable, RelationalUnreachable):
        return models.watch.head.position
    return max(standing.head, models.watch.head.position)
