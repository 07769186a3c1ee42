"""ASGI middleware that answers usual requests for a home feed with little work.

One call to Redis, and bytes that are joined. Whatever is missing, unusual or wrong is left to the
route behind it, which begins from the start: so there is one place that knows how all of that goes.
"""

import time

from prometheus_client import Counter
from redis.exceptions import RedisError
from starlette.types import ASGIApp, Receive, Scope, Send

from edge.feed_token import InvalidFeedToken, Sealing
from edge.metrics import RecentRequests, answered
from edge.request_log import ROUTE
from edge.tokens import AccessTokens, InvalidToken, Role
from projections.errors import ProjectionUnavailable
from query_api.consistency import MET, READS
from query_api.errors import RedisAway
from query_api.freshness import Freshness, freshness
from query_api.paging import bound_of
from query_api.read_models import ReadModels
from query_api.sources import Sources
from query_api.swift_feed.answer import SwiftAnswer, swift_answer
from query_api.swift_feed.pages import WrittenPages
from query_api.swift_feed.request import PATH, UsualRequest, usual_request

SWIFT = Counter(
    "slackwater_swift_pages_total", "Pages of home feeds that were answered below the route."
)


class SwiftFeed:
    """Around the whole app."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        models: ReadModels,
        sources: Sources,
        tokens: AccessTokens,
        sealing: Sealing,
        recent: RecentRequests,
    ) -> None:
        self._app = app
        self._models = models
        self._sources = sources
        self._tokens = tokens
        self._sealing = sealing
        self._recent = recent
        self._pages = WrittenPages(models)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        asked = usual_request(scope)
        if asked is None:
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        answer = await self._answer(asked)
        if answer is None:
            await self._app(scope, receive, send)
            return
        start = {
            "type": "http.response.start", "status": answer.status, "headers": answer.headers
        }  # fmt: skip
        await send(start)
        await send({"type": "http.response.body", "body": answer.body})
        scope[ROUTE] = PATH
        answered(PATH, "GET", answer.status, time.perf_counter() - started, self._recent)
        SWIFT.inc()

    async def _answer(self, asked: UsualRequest) -> SwiftAnswer | None:
        """The answer; None if the route has to give it."""
        changes = self._models.watch.history.changes
        person = self._caller(asked)
        if person is None:
            return None
        below = bound_of(asked.cursor)
        try:
            page = await self._models.breaker.call(
                lambda: self._models.feed(person, below=below, limit=asked.limit)
            )
            horizon = min(page.horizon, below - 1) if below else page.horizon
            if horizon and len(page.posts) < asked.limit:
                return None  # it goes on in Postgres
            more = page.more or horizon > 0
            written = self._pages.page(page.posts, more=more)
            if written is None:
                await self._models.breaker.call(lambda: self._pages.learn(page.posts))
                written = self._pages.page(page.posts, more=more)
            fresh = await freshness(self._models.watch, page.position)
        except (RedisAway, RedisError, ProjectionUnavailable):
            return None
        if written is None or not self._is_new_enough(asked, fresh):
            return None
        if changes != self._models.watch.history.changes or not self._sources.may_show(fresh):
            return None
        if asked.feed_token is not None:
            READS.labels(MET).inc()
        return swift_answer(asked, written, fresh, self._sealing)

    def _caller(self, asked: UsualRequest) -> int | None:
        try:
            access = self._tokens.access_of(asked.access_token)
        except InvalidToken:
            return None
        if access.role is not Role.PERSON:
            return None
        return self._models.known_number(access.person_id)

    def _is_new_enough(self, asked: UsualRequest, fresh: Freshness) -> bool:
        if asked.feed_token is None:
            return True
        try:
            wanted = self._sealing.open(asked.feed_token.strip())
        except InvalidFeedToken:
            return False
        return wanted.epoch == fresh.epoch and wanted.position <= fresh.as_of
