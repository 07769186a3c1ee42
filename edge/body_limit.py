"""Refuses request bodies above a bound, whether or not they announce their length."""

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edge.problems import Problem

BODY_BYTES_MAX = 64 * 1024

TOO_LARGE = f"a request body is at most {BODY_BYTES_MAX} bytes"


class BodyLimit:
    """ASGI middleware: answers 413 before a larger body is read into memory."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > BODY_BYTES_MAX:
            await Problem(413, TOO_LARGE)(scope, receive, send)
            return
        await self._app(scope, _counting(receive), send)


def _counting(receive: Receive) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > BODY_BYTES_MAX:
            # FastAPI lets this kind of error through unchanged while it reads a body.
            raise HTTPException(413, TOO_LARGE)
        return message

    return counted
