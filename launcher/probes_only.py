"""What a connection above the bound gets: answers to probes, so that a busy process is not killed.

Everything else is told to come again. The connection ends with its answer.
"""

from prometheus_client import Counter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edge.problems import Problem
from edge.request_log import PROBES
from edge.security_headers import SecurityHeaders

TURNED_AWAY = Counter(
    "slackwater_http_requests_turned_away_total",
    "Requests answered 503 because of too many connections.",
)


class ProbesOnly:
    """ASGI middleware around the whole app, for one connection."""

    def __init__(self, app: ASGIApp, connections_max: int) -> None:
        self._app = app
        self._connections_max = connections_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""

        async def last(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
            await send(message)

        if scope["path"] in PROBES:
            await self._app(scope, receive, last)
            return
        TURNED_AWAY.inc()
        detail = f"{self._connections_max} connections are open here already; try again shortly"
        refusal = SecurityHeaders(Problem(503, detail, headers={"Retry-After": "1"}))
        await refusal(scope, receive, last)
