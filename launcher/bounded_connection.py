"""A connection to an API process that ends when its client is too slow, or says too much.

Nothing is done for it while requests are answered: once a second it is looked at what the client
still has to do, and for how long that has been so.
"""

import asyncio
from enum import Enum
from typing import Any, Final

from prometheus_client import Counter, Gauge
from uvicorn import Config
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)
from uvicorn.server import ServerState

from edge.problems import Problem
from edge.security_headers import ALWAYS
from launcher.probes_only import ProbesOnly

HEAD_BYTES_MAX = 16_384
HEAD_SECONDS_MAX = 5
BODY_SECONDS_MAX = 30
TAKE_SECONDS_MAX = 30
"""From an answer's being ready until its client has taken it."""

SPARE_CONNECTIONS = 64
"""Above the bound, so that probes are answered and others are told why they are not."""

LOOK_EVERY_SECONDS = 1.0

OPEN = Gauge("slackwater_http_connections", "Open connections.")
REFUSED = Counter(
    "slackwater_http_connections_refused_total", "Connections closed at once: far too many."
)
ENDED = Counter(
    "slackwater_http_connections_ended_total",
    "Connections ended because of their client, by what it did too slowly or too much of.",
    ["why"],
)


class Turn(Enum):
    """What a client has to do next, and in how many seconds."""

    HEAD = "head", HEAD_SECONDS_MAX
    BODY = "body", BODY_SECONDS_MAX
    TAKE = "answer", TAKE_SECONDS_MAX

    def __init__(self, why: str, seconds_max: int) -> None:
        self.why = why
        self.seconds_max = seconds_max


TOO_LARGE: Final = "headers too large"
for _why in (*(turn.why for turn in Turn), TOO_LARGE):
    ENDED.labels(_why)  # each is there from the start, at 0


class BoundedConnection(HttpToolsProtocol):
    """`limit_concurrency` of uvicorn's settings is the bound on connections."""

    transport: asyncio.Transport
    flow: FlowControl

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        assert self.limit_concurrency is not None
        # Here, not in uvicorn, which refuses probes too and knows no problem documents.
        self._connections_max, self.limit_concurrency = self.limit_concurrency, None
        self._head_bytes = self._unsent = 0
        self._seen: tuple[Turn | None, object] = (None, None)
        self._since = 0.0
        self._next_look: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """It is let in, as one for probes only, or not at all."""
        super().connection_made(transport)
        OPEN.inc()
        above = len(self.connections) - self._connections_max
        if above > SPARE_CONNECTIONS:
            REFUSED.inc()
            transport.abort()
            return
        if above > 0:
            self.app = ProbesOnly(self.app, self._connections_max)
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        """It has ended, whoever ended it."""
        OPEN.dec()
        if self._next_look is not None:
            self._next_look.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Reads on, in pieces so small that headers without end are noticed."""
        if len(data) <= HEAD_BYTES_MAX:
            self._feed(data)
            return
        for begin in range(0, len(data), HEAD_BYTES_MAX):
            if self.transport.is_closing():
                return
            self._feed(data[begin : begin + HEAD_BYTES_MAX])

    def _feed(self, data: bytes) -> None:
        request, is_head = self.cycle, self._is_between_requests()
        super().data_received(data)
        if not is_head or self.cycle is not request:
            self._head_bytes = 0
            return
        self._head_bytes += len(data)
        if self._head_bytes >= HEAD_BYTES_MAX and not self.transport.is_closing():
            ENDED.labels(TOO_LARGE).inc()
            self._refuse(431, f"the headers of a request are less than {HEAD_BYTES_MAX} bytes")

    def on_message_complete(self) -> None:
        """Also of a request that was answered before all of it was here."""
        super().on_message_complete()
        self.cycle.more_body = False

    def _is_between_requests(self) -> bool:
        """Whether what comes next belongs to the head of a request."""
        request = self._request
        return request is None or not request.more_body

    @property
    def _request(self) -> RequestResponseCycle | None:
        """The newest one; uvicorn's type of it does not say that there is none at first."""
        return self.cycle

    def _look(self) -> None:
        now, unsent = self.loop.time(), self.transport.get_write_buffer_size()
        turn = self._turn(unsent)
        seen = turn, self.cycle
        if seen != self._seen or (unsent < self._unsent and self._is_streaming()):
            self._seen, self._since = seen, now
        elif turn is not None and now - self._since >= turn.seconds_max:
            self._end(turn)
        self._unsent = unsent
        self._next_look = self.loop.call_later(LOOK_EVERY_SECONDS, self._look)

    def _turn(self, unsent: int) -> Turn | None:
        """What the client has to do; None if it may rest, or others have to do something."""
        if unsent:
            return Turn.TAKE
        if not self._is_between_requests():
            return None if self.flow.read_paused else Turn.BODY
        request = self._request
        is_answered = request is None or request.response_complete
        is_resting = self.timeout_keep_alive_task is not None
        return Turn.HEAD if is_answered and not is_resting else None

    def _is_streaming(self) -> bool:
        """Then there is always more to take, so it counts whether anything is taken at all."""
        request = self._request
        return request is not None and request.response_started and not request.response_complete

    def _end(self, turn: Turn) -> None:
        ENDED.labels(turn.why).inc()
        if turn is Turn.TAKE:
            self.transport.abort()
        else:
            self._refuse(408, f"the {turn.why} of a request has to come in {turn.seconds_max} s")

    def _refuse(self, status: int, detail: str) -> None:
        """Says so, unless that would get into another answer, and hangs up."""
        request = self._request
        is_in_question = (
            request is None
            or request.response_complete
            or (request.more_body and not request.response_started)
        )
        if self.pipeline or not is_in_question:
            self.transport.abort()
            return
        answer = Problem(status, detail, headers={"Connection": "close"}).response()
        headers = [*self.server_state.default_headers, *answer.raw_headers, *ALWAYS]
        lines = b"".join(b"%b: %b\r\n" % header for header in headers)
        self.transport.write(STATUS_LINE[status] + lines + b"\r\n" + bytes(answer.body))
        self.transport.close()
