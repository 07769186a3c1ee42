"""One line for each request. What was said in it stays out: no address, no person, no text.

Not even ids of people and posts: lines outlive a person who has left. The request id finds what a
client asks about.
"""

import time
from collections.abc import Callable
from typing import Literal

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edge import request_id

ROUTE = "route_template"
"""Where whoever answers below the routes says in the scope which of them it stood in for."""

Which = Literal["all", "failed", "none"]
"""`failed`: those that were answered with 5xx, or not at all."""

Line = Callable[..., object]
"""Writes one line with these fields."""

PROBES = frozenset({"/livez", "/readyz", "/metrics"})
"""Asked again and again by machines: of interest only when they fail."""

_REQUEST_ID = request_id.HEADER.lower().encode()
_FAILED = 500


class RequestLog:
    """ASGI middleware around everything else: gives each request its id, and writes its line."""

    def __init__(self, app: ASGIApp, line: Line, which: Which) -> None:
        self._app = app
        self._line = line
        self._which = which

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        name = request_id.begin(scope)
        status, position = _FAILED, None

        async def watched(message: Message) -> None:
            nonlocal status, position
            if message["type"] == "http.response.start":
                status = message["status"]
                position = _position(message)
                headers = [*message.get("headers", ()), (_REQUEST_ID, name.encode())]
                message = {**message, "headers": headers}
            await send(message)

        started = time.perf_counter()
        try:
            await self._app(scope, receive, watched)
        finally:
            method, route = route_of(scope)
            if self._wants(route, status):
                fields = {
                    "method": method,
                    "route": route,
                    "status": status,
                    "ms": round(1000 * (time.perf_counter() - started), 3),
                    "request_id": name,
                }
                if position is not None:
                    fields["position"] = position
                self._line(**fields)

    def _wants(self, route: str, status: int) -> bool:
        if status >= _FAILED:
            return self._which != "none"
        return self._which == "all" and route not in PROBES


def route_of(scope: Scope) -> tuple[str, str]:
    """Method and path of the route that a request was for, in words of ours alone."""
    route = scope.get(ROUTE) or getattr(scope.get("route"), "path", None)
    return ("ANY", "unmatched") if route is None else (scope["method"], route)


def _position(start: Message) -> int | None:
    """The position that the answer names in its feed token, if it has one."""
    for name, value in start.get("headers", ()):
        if name == b"feed-token":
            position = value.split(b".")[-2:-1]
            return int(position[0]) if position and position[0].isdigit() else None
    return None
