"""Serves an ASGI app with uvicorn, one process, until SIGTERM or SIGINT."""

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from edge.request_log import RequestLog
from edge.traces import Traces
from launcher.around import around
from launcher.figures_of_files import tell_of_files
from launcher.logs import log_to_stderr, request_line
from launcher.settings import Settings
from launcher.tracing import tracer_of

GRACE_SECONDS = 5
"""How long a stopping API lets its open requests finish."""


def serve(app: FastAPI, settings: Settings, name: str, port: int) -> None:
    """Returns when the server has stopped. Raises TracesUnavailable."""
    log_to_stderr(settings)
    tell_of_files(settings)
    guarded = around(settings).put(app, app.state.tokens)
    whole: ASGIApp = RequestLog(guarded, request_line(settings), settings.log_requests)
    if tracer := tracer_of(settings, name):
        whole = Traces(whole, tracer)
    uvicorn.run(
        whole,
        host=settings.host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
