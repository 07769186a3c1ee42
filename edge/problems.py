"""Every error leaves as a problem document (RFC 9457), never as a stack trace."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from edge import request_id

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """Raise it to answer with a problem document.

    `detail` says what was wrong and what to do; `extra` are members beside the standard ones.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})

    def response(self) -> Response:
        """The answer that carries this problem."""
        document = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            **self.extra,
        }
        if (name := request_id.current()) is not None:
            document["request_id"] = name
        return Response(
            msgspec.json.encode(document), self.status, self.headers, media_type=MEDIA_TYPE
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A problem is itself an ASGI application: middleware can answer with it."""
        await self.response()(scope, receive, send)


def install_problems(app: FastAPI, statuses: Mapping[type[Exception], int]) -> None:
    """Turns every error of the app into a problem document.

    `statuses` maps the app's own errors, by their nearest base class, to HTTP statuses; their
    messages are written for clients. 503 carries `Retry-After`.
    """

    def own_error(_: Request, error: Exception) -> Response:
        status = next(statuses[kind] for kind in type(error).__mro__ if kind in statuses)
        headers = {"Retry-After": "1"} if status == HTTPStatus.SERVICE_UNAVAILABLE else None
        return Problem(status, str(error), headers=headers).response()

    for kind in statuses:
        app.add_exception_handler(kind, own_error)
    app.add_exception_handler(Problem, _raised_problem)
    app.add_exception_handler(HTTPException, _http_exception)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(Exception, _our_fault)


def _raised_problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return error.response()


def _http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    details = {
        404: f"nothing is served at {request.url.path}; see /docs for what is",
        405: f"{request.method} is not served at {request.url.path}; see the Allow header",
    }
    detail = details.get(error.status_code, str(error.detail))
    return Problem(error.status_code, detail, headers=error.headers).response()


def _invalid_request(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = [
        {"where": ".".join(map(str, fault["loc"])), "what": fault["msg"]}
        for fault in error.errors()
    ]
    detail = "; ".join(f"{fault['where']}: {fault['what']}" for fault in faults)
    return Problem(422, detail, extra={"errors": faults}).response()


def _our_fault(request: Request, error: Exception) -> Response:
    route = getattr(request.scope.get("route"), "path", "unmatched")
    logger.error("%s failed", route, exc_info=error)
    return Problem(500, "a fault of ours, written to our log; trying again may help").response()


PROBLEM_SCHEMA: dict[str, Any] = {
    "description": "What was wrong and what to do",
    "content": {
        MEDIA_TYPE: {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status", "detail"],
                "properties": {
                    "type": {"type": "string"},
                    "title": {"type": "string"},
                    "status": {"type": "integer"},
                    "detail": {"type": "string"},
                    "request_id": {"type": "string"},
                    "errors": {"type": "array", "items": {"type": "object"}},
                },
            }
        }
    },
}


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For a route's OpenAPI entry: these statuses answer with a problem document."""
    return {
        status: PROBLEM_SCHEMA | {"description": HTTPStatus(status).phrase} for status in statuses
    }
