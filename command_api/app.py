"""The command API as an ASGI app."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from anyio import to_thread
from eventsourcing.persistence import PersistenceError
from fastapi import FastAPI, Request, Response

from command_api.application import Slackwater
from command_api.errors import (
    HandleTaken,
    HistoryUnreadable,
    OutcomeUnknown,
    PersonNotFound,
    PostNotFound,
    StoreUnavailable,
    TooMuchContention,
)
from command_api.event_store.errors import StoreBusy
from command_api.routes import people, posts
from domain.errors import NotTheAuthor, RuleViolation
from edge.app import create_api
from edge.diagnostics import Diagnostics
from edge.metrics import RecentRequests
from edge.problems import Problem
from edge.tokens import AccessTokens

HEALTH_SECONDS_MAX = 3.0

COMMANDS_AT_ONCE = 128
"""Threads for commands. Each waits for its group's commit most of the time, so there are many:
as many commands can share one transaction."""

ERROR_STATUSES: Mapping[type[Exception], int] = {
    RuleViolation: 422,
    NotTheAuthor: 403,
    HandleTaken: 409,
    PersonNotFound: 404,
    PostNotFound: 404,
    TooMuchContention: 409,
    HistoryUnreadable: 500,
    StoreUnavailable: 503,
    StoreBusy: 503,
}


def create_app(*, database_url: str, tokens: AccessTokens, settings: Mapping[str, Any]) -> FastAPI:
    """The app. `settings`, masked, are what /debug/config shows."""
    write_model = Slackwater(database_url)
    recent = RecentRequests()

    async def store_fault() -> str | None:
        try:
            await head()
        except (PersistenceError, TimeoutError) as error:
            return f"the event store cannot be reached, commands answer 503: {error!r}"
        return None

    async def head() -> int:
        asked = asyncio.to_thread(write_model.recorder.max_notification_id)
        return await asyncio.wait_for(asked, HEALTH_SECONDS_MAX) or 0

    async def summary() -> Mapping[str, object]:
        try:
            position = await head()
        except (PersistenceError, TimeoutError):
            position = None
        return {"requests": recent.summary(), "head": {"position": position}}

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        to_thread.current_default_thread_limiter().total_tokens = COMMANDS_AT_ONCE
        await asyncio.to_thread(write_model.open)
        yield
        await asyncio.to_thread(write_model.close)

    app = create_api(
        title="Slackwater commands",
        description="The write side: register, follow, unfollow, publish, delete.",
        routers=[people.router, posts.router],
        diagnostics=Diagnostics("command-api", {"event store": store_fault}, summary, settings),
        recent=recent,
        tokens=tokens,
        error_statuses=ERROR_STATUSES,
        lifespan=lifespan,
        write_model=write_model,
    )
    app.add_exception_handler(OutcomeUnknown, _outcome_unknown)
    return app


async def _outcome_unknown(_: Request, error: Exception) -> Response:
    """Without Retry-After: a client that repeats it unasked might do it twice."""
    return Problem(503, str(error)).response()
