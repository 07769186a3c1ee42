"""The query API as an ASGI app."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response
from redis.exceptions import RedisError

from edge.app import create_api
from edge.diagnostics import Diagnostics
from edge.feed_token import Sealing
from edge.metrics import RecentRequests
from edge.problems import Problem
from edge.tokens import AccessTokens
from projections.errors import ProjectionUnavailable, RelationalUnreachable
from query_api.consistency import Consistency, not_found_answer
from query_api.ending import end
from query_api.errors import NoStoreAnswers, NotFound, RedisAway
from query_api.feed_stream.streams import Streams
from query_api.health import Health
from query_api.lag_watch import LagWatch
from query_api.one_history import OneHistory
from query_api.read_models import ReadModels
from query_api.routes import feed, people, stream
from query_api.sources import Sources
from query_api.summary import summarise
from query_api.swift_feed.swift_feed import SwiftFeed

logger = logging.getLogger(__name__)

ERROR_STATUSES: Mapping[type[Exception], int] = {
    ProjectionUnavailable: 503,
    RelationalUnreachable: 503,
    RedisAway: 503,
    NoStoreAnswers: 503,
}


def create_app(
    *, database_url: str, redis_url: str, tokens: AccessTokens, settings: Mapping[str, Any]
) -> FastAPI:
    """The app. `settings`, masked, are what /debug/config shows."""
    models = ReadModels(redis_url, database_url)
    sources = Sources(models)
    lag = LagWatch(models)
    health = Health(models, lag)
    recent = RecentRequests()
    streams = Streams(models)

    async def summary() -> Mapping[str, object]:
        return await summarise(models, sources, lag, recent)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        await models.watch.look()
        watch = models.watch
        watches = [  # each a task of its own, since `end` has to see whether it has ended
            asyncio.create_task(task)
            for task in (
                watch.watch_stream(), watch.watch_store(), lag.run(), models.read_marks.run()
            )
        ]  # fmt: skip
        yield
        await end(*watches)
        await streams.close()
        await models.close()

    app = create_api(
        title="Slackwater reads",
        description="The read side: home feeds, posts, profiles.",
        routers=[feed.router, stream.router, people.router],
        diagnostics=Diagnostics(
            "query-api",
            {"reads": health.reads},
            summary,
            settings,
            spare={"redis": health.redis, "postgres": health.postgres},
        ),
        recent=recent,
        tokens=tokens,
        error_statuses=ERROR_STATUSES,
        lifespan=lifespan,
        read_models=models,
        sources=sources,
        consistency=Consistency(models),
        streams=streams,
    )

    app.add_middleware(OneHistory, history=models.watch.history)
    app.add_middleware(
        SwiftFeed, models=models, sources=sources, tokens=tokens,
        sealing=Sealing.under(tokens.ring),
        recent=recent,
    )  # fmt: skip
    app.add_exception_handler(NotFound, _not_found)
    app.add_exception_handler(RedisError, _redis_away)
    return app


def _not_found(_: Request, error: Exception) -> Response:
    assert isinstance(error, NotFound)
    return not_found_answer(error)


def _redis_away(_: Request, error: Exception) -> Response:
    logger.warning("Redis does not answer: %s", error)
    detail = "the read models' server does not answer; nothing is lost, try again shortly"
    return Problem(503, detail, headers={"Retry-After": "1"}).response()
