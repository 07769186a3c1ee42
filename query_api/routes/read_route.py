"""What every read has in common: it can be asked to be new, and need not be sent twice."""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from edge.feed_token import asked_token
from query_api.consistency import Consistency, preferences_of
from query_api.validators import with_etag

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class ReadRoute(APIRoute):
    """A GET that answers with `Feed-Token`."""

    def get_route_handler(self) -> Handler:
        """The route's own handler, called again while its answer is too old."""
        handler = super().get_route_handler()

        async def read(request: Request) -> Response:
            answer = await _read(request, handler)
            if answer.status_code != HTTPStatus.OK:
                return answer
            return with_etag(answer, request.headers.get("If-None-Match"))

        return read


async def _read(request: Request, handler: Handler) -> Response:
    wanted = asked_token(request.scope)
    # The past does not become newer: a token says nothing about it.
    is_past = "as_of" in request.query_params
    consistency: Consistency = request.app.state.consistency
    if wanted is not None and not is_past:
        return await consistency.at_least(wanted, preferences_of(request), lambda: handler(request))
    if is_past and "prefer" in request.headers:
        return await consistency.patiently(preferences_of(request), lambda: handler(request))
    return await handler(request)
