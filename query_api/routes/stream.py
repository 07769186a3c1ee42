"""The home feed as a stream of changes (server-sent events)."""

import contextlib
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from redis.exceptions import RedisError

from edge.caller import WhoCalls
from edge.feed_token import asked_token
from edge.problems import Problem, problem_responses
from projections.errors import ProjectionUnavailable, RelationalUnreachable
from query_api.errors import RedisAway
from query_api.feed_stream.place import PATTERN, Place, Seen
from query_api.feed_stream.streams import MEDIA_TYPE, Streams
from query_api.paging import POSITION_MAX
from query_api.routes.read_models import Models

router = APIRouter(prefix="/feed", tags=["feed"])

REPLAYED_POSITIONS_MAX = 100_000
"""A client that was away for longer reads its feed anew, which is less work for both."""

LastEventId = Annotated[
    str | None,
    Header(
        pattern=PATTERN,
        description="the last event that was seen, `<position>.<epoch>.<release>`; a position "
        "alone will do, but then nobody can say whether it is one of another history",
    ),
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
    | problem_responses(400, 401, 403, 404, 410, 429, 503),
)
async def stream(
    who: WhoCalls,
    request: Request,
    models: Models,
    last_event_id: LastEventId = None,
    after: After = None,
) -> StreamingResponse:
    """Every change of the caller's home feed; an event's id is `<position>.<epoch>.<release>`.

    `added`: a post. `removed`: a post that was deleted. `followed`: an author, with their newest
    posts, which came in. `unfollowed`: an author, all of whose posts went out. `rebuilt`: events of
    the past came back into the feed, or went out of it: read it anew.
    """
    streams: Streams = request.app.state.streams
    assert who.person_id is not None
    caller = await streams.stores.caller(who.person_id)
    seen = None if last_event_id is None else Seen.parse(last_event_id)
    token = asked_token(request.scope)
    for epoch in (token.epoch if token else None, seen.epoch if seen else None):
        await _check_epoch(models, streams, epoch)
    begin = await _beginning(models, seen.position if seen else after)
    await streams.left_out.look()
    release = await streams.left_out.release()
    if seen is not None and seen.release is not None:
        release = seen.release
    place = Place(begin, await streams.stores.epoch(), release)
    return streams.answer(who.person_id, streams.session(caller, place, who.access.expires_at))


async def _check_epoch(models: Models, streams: Streams, epoch: str | None) -> None:
    if epoch is None or epoch == await streams.stores.epoch():
        return
    # It may have changed just now. While Redis is away, it has not.
    with contextlib.suppress(RedisAway, RedisError):
        await models.breaker.call(models.watch.look_at_stream)
    if epoch != await streams.stores.epoch():
        raise Problem(
            HTTPStatus.GONE,
            "what you have seen is of a history that is not served any more: read the feed, and "
            "stream from its as_of",
        )


async def _beginning(models: Models, asked: int | None) -> int:
    head = models.watch.head.position
    if asked is None:
        return head
    if asked > head:
        head = await _newest(models)
    if asked > head:
        raise Problem(
            HTTPStatus.BAD_REQUEST, f"there is no position {asked} yet: the newest is {head}"
        )
    if asked < head - REPLAYED_POSITIONS_MAX:
        raise Problem(
            HTTPStatus.GONE,
            f"position {asked} is too long ago to go on from: read the feed, and stream from its "
            "as_of",
        )
    return asked


async def _newest(models: Models) -> int:
    try:
        standing = await models.relational.position()
    except (ProjectionUnavailable, RelationalUnreachable):
        return models.watch.head.position
    return max(standing.head, models.watch.head.position)
