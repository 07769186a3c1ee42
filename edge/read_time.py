"""Bounds the time that a read may take until it is answered.

Reads alone: one that is cut off has changed nothing. A command that is cut off may be carried out
all the same, so it is left to end by itself; its waiting for the store has bounds of its own.
"""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edge.problems import Problem

READ_SECONDS_MAX = 30
"""More than a read may ask to wait, and its stores may take."""

READS = frozenset({"GET", "HEAD"})


class ReadTime:
    """ASGI middleware: answers 503 in place of a read that takes too long.

    A stream has begun with its first bytes, and goes on for as long as it likes.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or scope["method"] not in READS:
            await self._app(scope, receive, send)
            return
        limit = asyncio.timeout(READ_SECONDS_MAX)

        async def in_time(message: Message) -> None:
            if not limit.expired():
                limit.reschedule(None)
            await send(message)

        try:
            async with limit:
                await self._app(scope, receive, in_time)
        except TimeoutError:
            if not limit.expired():
                raise
            detail = f"this read took longer than {READ_SECONDS_MAX} s; try again shortly"
            await Problem(503, detail, headers={"Retry-After": "1"})(scope, receive, send)
