"""The command API as an ASGI app."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from anyio import to_thread
from eventsourcing.persistence import PersistenceError
from fastapi import FastAPI, Request, Response

from command_api.application import Slackwater
from command_api.erasing import Erasing
from command_api.errors import OutcomeUnknown, RejectedBefore, StillInFlight
from command_api.event_store.patience import HURRIED
from command_api.forgetting import Forgetting
from command_api.health import Health
from command_api.intake import Intake
from command_api.journal.journal import Journal
from command_api.refusals import ERROR_STATUSES
from command_api.replay import Replay
from command_api.routes import commands, people, posts
from command_api.swift_post.swift_post import SwiftPost
from edge.app import create_api
from edge.diagnostics import Diagnostics
from edge.feed_token import Sealing
from edge.metrics import RecentRequests
from edge.problems import Problem
from edge.tokens import AccessTokens

logger = logging.getLogger(__name__)

COMMANDS_AT_ONCE = 128
"""Threads for commands. Each waits for its group's commit most of the time, so there are many:
as many commands can share one transaction."""


def create_app(
    *,
    database_url: str,
    tokens: AccessTokens,
    settings: Mapping[str, Any],
    journal: Journal | None = None,
) -> FastAPI:
    """The app. `settings`, masked, are what /debug/config shows.

    With a journal it starts and accepts commands also while the event store is away.
    """
    write_model = Slackwater(database_url, patience=None if journal is None else HURRIED)
    replay = None if journal is None else Replay(write_model, journal)
    recent = RecentRequests()
    health = Health(write_model, journal, recent)
    forgetting = Forgetting(write_model)
    erasing = Erasing(write_model)
    intake = Intake(write_model, journal, replay)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        to_thread.current_default_thread_limiter().total_tokens = COMMANDS_AT_ONCE
        try:
            await asyncio.to_thread(write_model.open)
        except PersistenceError as error:
            if journal is None:
                raise
            logger.warning("starting without the event store, into the journal: %s", error)
        if replay is not None:
            replay.start()
        forgetting.start()
        erasing.start()
        yield
        await asyncio.to_thread(erasing.stop)
        await asyncio.to_thread(forgetting.stop)
        if replay is not None:
            await asyncio.to_thread(replay.stop)
        await asyncio.to_thread(write_model.close)

    app = create_api(
        title="Slackwater commands",
        description="The write side: register, follow, unfollow, publish, delete.",
        routers=[people.router, posts.router, commands.router],
        diagnostics=Diagnostics(
            "command-api", health.checks, health.summary, settings, spare=health.spare
        ),
        recent=recent,
        tokens=tokens,
        error_statuses=ERROR_STATUSES,
        lifespan=lifespan,
        write_model=write_model,
        intake=intake,
    )
    app.add_middleware(
        SwiftPost, write_model=write_model, intake=intake, tokens=tokens,
        sealing=Sealing.under(tokens.ring), recent=recent,
    )  # fmt: skip
    for kind, told in _TOLD.items():
        app.add_exception_handler(kind, told)
    return app


async def _outcome_unknown(_: Request, error: Exception) -> Response:
    """Without Retry-After: a client that repeats it unasked might do it twice."""
    return Problem(503, str(error)).response()


async def _rejected_before(_: Request, error: Exception) -> Response:
    """As it would have been answered at once."""
    assert isinstance(error, RejectedBefore)
    return Problem(error.status, str(error)).response()


async def _still_in_flight(_: Request, error: Exception) -> Response:
    return Problem(409, str(error), headers={"Retry-After": "1"}).response()


_TOLD = {
    OutcomeUnknown: _outcome_unknown,
    RejectedBefore: _rejected_before,
    StillInFlight: _still_in_flight,
}
