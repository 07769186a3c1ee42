"""One span for each request, and its context for whoever carries on what it began.

Contexts are those of W3C Trace Context, https://www.w3.org/TR/trace-context/.
"""

from opentelemetry import trace
from opentelemetry.trace import SpanKind, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edge import request_id
from edge.request_log import PROBES, route_of

TRACEPARENT = "traceparent"

_W3C = TraceContextTextMapPropagator()
_PARENTS = (TRACEPARENT.encode(), b"tracestate")
_REQUEST_ID = request_id.HEADER.lower().encode()
_FAILED = 500


class Traces:
    """ASGI middleware around everything else, the line of a request among it.

    A request that comes with no id of its own gets that of its trace, so that a line in the log
    leads to the trace and back.
    """

    def __init__(self, app: ASGIApp, tracer: Tracer) -> None:
        self._app = app
        self._tracer = tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or scope["path"] in PROBES:
            await self._app(scope, receive, send)
            return
        sent = {name.decode(): value.decode("latin-1") for name, value in _parents(scope)}
        with self._tracer.start_as_current_span(
            scope["method"],
            _W3C.extract(sent),
            SpanKind.SERVER,
            record_exception=False,  # its message may quote what somebody wrote
            set_status_on_exception=False,
        ) as span:
            if not sent and (traceparent := current_traceparent()):
                of_trace = (TRACEPARENT.encode(), traceparent.encode())
                scope = {**scope, "headers": [*scope["headers"], of_trace]}
            status = _FAILED

            async def watched(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                    for name, value in message["headers"]:
                        if name == _REQUEST_ID:
                            span.set_attribute("slackwater.request_id", value.decode())
                await send(message)

            try:
                await self._app(scope, receive, watched)
            finally:
                method, route = route_of(scope)
                span.update_name(f"{method} {route}")
                span.set_attributes(
                    {
                        "http.request.method": method,
                        "http.route": route,
                        "http.response.status_code": status,
                    }
                )
                if status >= _FAILED:
                    span.set_status(StatusCode.ERROR)


def current_traceparent() -> str | None:
    """The context of the request that is being answered, as a header; None if it is not traced."""
    span = trace.get_current_span().get_span_context()
    if not span.trace_flags.sampled:
        return None
    return f"00-{span.trace_id:032x}-{span.span_id:016x}-01"


def _parents(scope: Scope) -> list[tuple[bytes, bytes]]:
    return [header for header in scope["headers"] if header[0] in _PARENTS]
