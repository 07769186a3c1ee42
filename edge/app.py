"""An API process as both halves build it: routes of its own, the shared edge around them."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from fastapi import APIRouter, Depends, FastAPI

from edge.body_limit import BodyLimit
from edge.diagnostics import Diagnostics, diagnostics_router
from edge.documentation import install_documentation
from edge.feed_token import SealedFeedTokens, Sealing
from edge.metrics import RecentRequests, RequestMetrics
from edge.problems import install_problems, problem_responses
from edge.read_time import ReadTime
from edge.rights import check_right, check_that_all_are_there
from edge.tokens import AccessTokens


class Lifespan(Protocol):
    """What opens before the first request and closes after the last."""

    def __call__(self, app: FastAPI, /) -> AbstractAsyncContextManager[None]:
        """For one run of the app."""
        ...


def create_api(
    *,
    title: str,
    description: str,
    routers: list[APIRouter],
    diagnostics: Diagnostics,
    recent: RecentRequests,
    tokens: AccessTokens,
    error_statuses: Mapping[type[Exception], int],
    lifespan: Lifespan,
    **state: Any,
) -> FastAPI:
    """The app. `state` is what its routes find as `request.app.state.<name>`."""
    app = FastAPI(
        title=title,
        description=description,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        responses=problem_responses(422, 429, 500),
    )
    for router in (*routers, diagnostics_router(diagnostics)):
        app.include_router(router, dependencies=[Depends(check_right)])
    install_documentation(app)
    check_that_all_are_there(app)
    install_problems(app, error_statuses)
    app.add_middleware(ReadTime)
    app.add_middleware(BodyLimit)
    app.add_middleware(SealedFeedTokens, sealing=Sealing.under(tokens.ring))
    app.add_middleware(RequestMetrics, recent=recent)
    app.state.tokens = tokens
    for name, value in state.items():
        setattr(app.state, name, value)
    return app
