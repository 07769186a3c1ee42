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
from edge.metrics import RecentRequests
from edge.problems import Problem
from edge.tokens import AccessTokens
from projections.errors import ProjectionUnavailable, RelationalUnreachable
from query_api.errors import NotFound
from query_api.freshness import freshness
from query_api.lag_watch import LagWatch
from query_api.one_history import OneHistory
from query_api.read_models import ReadModels
from query_api.routes import feed, people
from query_api.summary import summarise

logger = logging.getLogger(__name__)

ERROR_STATUSES: Mapping[type[Exception], int] = {
    ProjectionUnavailable: 503,
    RelationalUnreachable: 503,
}


def create_app(
    *, database_url: str, redis_url: str, tokens: AccessTokens, settings: Mapping[str, Any]
) -> FastAPI:
    """The app. `settings`, masked, are what /debug/config shows."""
    models = ReadModels(redis_url, database_url)
    lag = LagWatch(models)
    recent = RecentRequests()

    async def read_models_fault() -> str | None:
        try:
            await lag.measure()
        except RedisError as error:
            return f"Redis does not answer, reads answer 503: {error}"
        except ProjectionUnavailable as error:
            return str(error)
        return None

    async def summary() -> Mapping[str, object]:
        return await summarise(models, lag, recent)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        await models.watch.look()
        watches = [asyncio.create_task(models.watch.run()), asyncio.create_task(lag.run())]
        yield
        for watch in watches:
            watch.cancel()
        await asyncio.gather(*watches, return_exceptions=True)
        await models.close()

    app = create_api(
        title="Slackwater reads",
        description="The read side: home feeds, posts, profiles.",
        routers=[feed.router, people.router],
        diagnostics=Diagnostics("query-api", {"read models": read_models_fault}, summary, settings),
        recent=recent,
        tokens=tokens,
        error_statuses=ERROR_STATUSES,
        lifespan=lifespan,
        read_models=models,
    )

    async def not_found(_: Request, error: Exception) -> Response:
        assert isinstance(error, NotFound)
        fresh = await freshness(models.watch, error.as_of)
        return Problem(404, str(error), headers=fresh.headers()).response()

    app.add_middleware(OneHistory, history=models.watch.history)
    app.add_exception_handler(NotFound, not_found)
    app.add_exception_handler(RedisError, _redis_away)
    return app


def _redis_away(_: Request, error: Exception) -> Response:
    logger.warning("Redis does not answer: %s", error)
    detail = "the read models' server does not answer; nothing is lost, try again shortly"
    return Problem(503, detail, headers={"Retry-After": "1"}).response()
