"""Serves an ASGI app with uvicorn, one process, until SIGTERM or SIGINT."""

import logging
import resource

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from edge.request_log import RequestLog
from edge.traces import Traces
from launcher.around import around
from launcher.bounded_connection import SPARE_CONNECTIONS, BoundedConnection
from launcher.figures_of_files import tell_of_files
from launcher.logs import log_to_stderr, request_line
from launcher.settings import Settings
from launcher.tracing import tracer_of

logger = logging.getLogger(__name__)

GRACE_SECONDS = 5
"""How long a stopping API lets its open requests finish."""

OTHER_FILES = 200
"""For everything but connections to the API: those to Postgres and Valkey, the journal, the log."""


def serve(app: FastAPI, settings: Settings, name: str, port: int) -> None:
    """Returns when the server has stopped. Raises TracesUnavailable."""
    log_to_stderr(settings)
    tell_of_files(settings)
    _may_open(settings.connections_max + SPARE_CONNECTIONS + OTHER_FILES)
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
        proxy_headers=False,  # who stands before us is said by SLACKWATER_PROXIES alone
        http=BoundedConnection,
        limit_concurrency=settings.connections_max,
        ws="none",  # nothing here speaks it, and a connection that did would have no bounds
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def _may_open(files: int) -> None:
    """Asks the operating system for so many open files; each connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < files:
        logger.warning(
            "this process may open %d files, and SLACKWATER_CONNECTIONS_MAX needs %d: lower it, "
            "or raise the limit (ulimit -Hn)", hard, files,
        )  # fmt: skip
        files = hard
    if soft != resource.RLIM_INFINITY and soft < files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
