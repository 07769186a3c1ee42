"""All streams of this process: how many there may be, and that none of them hangs."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID

from fastapi.responses import StreamingResponse
from prometheus_client import Counter as Figure
from prometheus_client import Gauge
from starlette.types import Message, Receive, Scope, Send

from edge.problems import Problem
from projections.log.follower import LogFollower
from query_api.ending import end
from query_api.feed_stream.either_store import Caller, EitherStore
from query_api.feed_stream.left_out import LeftOut
from query_api.feed_stream.log_of import log_of
from query_api.feed_stream.place import Place
from query_api.feed_stream.session import Session
from query_api.read_models import ReadModels

logger = logging.getLogger(__name__)

MEDIA_TYPE = "text/event-stream"

STREAMS_MAX = 1_000
STREAMS_PER_PERSON_MAX = 4
SEND_SECONDS_MAX = 10.0
"""A client that takes nothing for so long is dropped; it can come again and go on."""

OPEN = Gauge("slackwater_feed_streams", "Open streams of feed changes.")
DROPPED = Figure("slackwater_feed_streams_dropped_total", "Streams dropped: read too slowly.")


class Streams:
    """Follows the log while anybody streams."""

    def __init__(self, models: ReadModels) -> None:
        self._models = models
        self.stores = EitherStore(models)
        self.left_out = LeftOut(models, self.stores)
        self._open: Counter[UUID] = Counter()
        self._log: LogFollower | None = None
        self._following: asyncio.Task[None] | None = None

    def session(self, caller: Caller, place: Place, expires_at: float) -> Session:
        """From this place on."""
        return Session(self.stores, self._followed(), self.left_out, caller, place, expires_at)

    def _followed(self) -> LogFollower:
        """The log of the history that is served now."""
        if self._log is None or self._log.ended:
            self._log = log_of(self._models)
            self._following = asyncio.create_task(self._log.run())
        return self._log

    def answer(self, caller: UUID, session: Session) -> StreamingResponse:
        """The stream. Raises Problem if there are too many."""
        if self._open[caller] >= STREAMS_PER_PERSON_MAX:
            raise Problem(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"you have {STREAMS_PER_PERSON_MAX} streams open already: close one",
                headers={"Retry-After": "5"},
            )
        if self._open.total() >= STREAMS_MAX:
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                f"{STREAMS_MAX} streams are open here already; try again shortly",
                headers={"Retry-After": "5"},
            )
        self._count(caller, 1)
        return _BoundedStream(session, lambda: self._count(caller, -1))

    async def close(self) -> None:
        """Ends the task that follows the log."""
        if self._following is not None:
            await end(self._following)

    def _count(self, caller: UUID, more: int) -> None:
        self._open[caller] += more
        if not self._open[caller]:
            del self._open[caller]
        OPEN.set(self._open.total())


class _BoundedStream(StreamingResponse):
    """Drops a client that does not read, and says when it has ended, however it did."""

    media_type = MEDIA_TYPE

    def __init__(self, session: Session, ended: Callable[[], None]) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(session.events(), headers=headers)
        self._ended = ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One stream, to its end."""

        async def bounded(message: Message) -> None:
            async with asyncio.timeout(SEND_SECONDS_MAX):
                await send(message)

        try:
            await super().__call__(scope, receive, bounded)
        except TimeoutError:
            DROPPED.inc()
            logger.info("a stream was dropped: nothing was read for %.0f s", SEND_SECONDS_MAX)
        finally:
            self._ended()
