"""One id for each request: it stands in the answer, in a problem document and in the log."""

import re
import secrets
from contextvars import ContextVar

from starlette.types import Scope

HEADER = "X-Request-Id"

_NAME = HEADER.lower().encode()
_WELL_FORMED = re.compile(rb"[0-9a-fA-F-]{16,64}")
"""What gateways make: UUIDs and hexadecimal numbers. In these digits nobody's words get into a
log."""
_TRACEPARENT = re.compile(rb"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
"""W3C Trace Context, version 00."""

_current: ContextVar[str | None] = ContextVar("request_id", default=None)


def begin(scope: Scope) -> str:
    """The id of this request, from now on the current one: as it came, if well-formed, or new."""
    request_id = _sent(scope) or secrets.token_hex(16)
    _current.set(request_id)
    return request_id


def current() -> str | None:
    """The id of the request that is being answered; None outside of one."""
    return _current.get()


def _sent(scope: Scope) -> str | None:
    trace_id = None
    for name, value in scope["headers"]:
        if name == _NAME and _WELL_FORMED.fullmatch(value):
            return value.decode()
        if name == b"traceparent" and (found := _TRACEPARENT.fullmatch(value)):
            trace_id = found[1].decode()
    return trace_id
