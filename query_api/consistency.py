"""Answers at least as new as a client asks for: a read is done again until it is, or time is up.

A read says itself how new it is, wherever it was answered from; so nothing here knows of stores,
shards or generations.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from fastapi import Request, Response
from prometheus_client import Counter, Gauge
from redis.exceptions import RedisError

from edge.feed_token import HEADER, FeedToken
from edge.problems import Problem
from projections.errors import ProjectionBehind, ProjectionUnavailable, RelationalUnreachable
from query_api.errors import NotFound, RedisAway
from query_api.preferences import Preferences
from query_api.read_models import ReadModels

CONSISTENCY = "Feed-Consistency"
MET, UNMET = "met", "unmet"

WAITING_MAX = 256
"""Reads of this process that may wait at once; one more is answered as it is."""

PAUSE_SECONDS_MIN, PAUSE_SECONDS_MAX = 0.004, 0.1

READS = Counter("slackwater_consistent_reads_total", "Reads that brought a token.", ["outcome"])
WAITING = Gauge("slackwater_waiting_reads", "Reads that wait until they can be new enough.")

Read = Callable[[], Awaitable[Response]]


class Consistency:
    """One for the app: it bounds how many wait."""

    def __init__(self, models: ReadModels) -> None:
        self._models = models
        self._waiting = 0

    async def at_least(self, wanted: FeedToken, prefer: Preferences, read: Read) -> Response:
        """What `read` answers once that is as new as wanted, or the newest when time is up.

        Raises Problem: 410 for a token of another history, 400 for one that names a position
        which that history does not have yet, 503 if only a new answer would do.
        """
        await self._check(wanted)
        answer, waited = await self._again(lambda: self._told(read), prefer, wanted)
        shown = FeedToken.parse(answer.headers[HEADER])
        if shown.epoch != wanted.epoch:
            raise _gone(wanted.epoch)
        met = shown.position >= wanted.position
        READS.labels((MET if met else UNMET) + ("_after_waiting" if waited else "")).inc()
        answer.headers[CONSISTENCY] = MET if met else UNMET
        if prefer.applied:
            answer.headers["Preference-Applied"] = ", ".join(prefer.applied)
        if not met and prefer.strict:
            raise self._too_old(wanted, shown, answer)
        return answer

    async def patiently(self, prefer: Preferences, read: Read) -> Response:
        """What `read` answers; if a read model only is behind for it, once it is not any more."""
        answer, _ = await self._again(lambda: self._told(read), prefer, None)
        return answer

    async def _again(
        self, read: Read, prefer: Preferences, wanted: FeedToken | None
    ) -> tuple[Response, bool]:
        """The answer, and whether it waited for it."""
        try:
            answer = await read()
        except ProjectionBehind:
            if not self._may_wait(prefer):
                raise
        else:
            if _is_new_enough(answer, wanted) or not self._may_wait(prefer):
                return answer, False
        self._waiting += 1
        WAITING.set(self._waiting)
        try:
            return await self._until_new_enough(read, prefer, wanted), True
        finally:
            self._waiting -= 1
            WAITING.set(self._waiting)

    def _may_wait(self, prefer: Preferences) -> bool:
        return prefer.wait_seconds > 0 and self._waiting < WAITING_MAX

    async def _until_new_enough(
        self, read: Read, prefer: Preferences, wanted: FeedToken | None
    ) -> Response:
        deadline, pause = time.monotonic() + prefer.wait_seconds, PAUSE_SECONDS_MIN
        while True:
            left = deadline - time.monotonic()
            await asyncio.sleep(min(pause, max(left, 0.0)))
            pause = min(1.5 * pause, PAUSE_SECONDS_MAX)
            try:
                answer = await read()
            except ProjectionBehind:
                if left <= 0:
                    raise
            else:
                if left <= 0 or _is_new_enough(answer, wanted):
                    return answer

    async def _told(self, read: Read) -> Response:
        """The answer, also where it is that there is no such thing: that holds for a position."""
        try:
            return await read()
        except NotFound as error:
            return not_found_answer(error)

    async def _check(self, wanted: FeedToken) -> None:
        watch = self._models.watch
        if watch.epoch and wanted.epoch != watch.epoch:
            # It may have changed just now. While Redis is away, it has not.
            with contextlib.suppress(RedisAway, RedisError):
                await self._models.breaker.call(watch.look_at_stream)
            if wanted.epoch != watch.epoch:
                raise _gone(wanted.epoch)
        if wanted.position <= watch.head.position:
            return
        try:
            standing = await self._models.relational.position()
        except (ProjectionUnavailable, RelationalUnreachable):
            return  # nobody can say now that it is of the future
        if standing.epoch == wanted.epoch and wanted.position > standing.head:
            raise Problem(
                HTTPStatus.BAD_REQUEST,
                f"this {HEADER} names position {wanted.position}, and the newest is "
                f"{standing.head}: was history replaced? Read without it, and go on with the "
                "token of that answer",
            )

    def _too_old(self, wanted: FeedToken, shown: FeedToken, answer: Response) -> Problem:
        kept = (HEADER, CONSISTENCY, "Preference-Applied", "Feed-Source")
        headers = {name: answer.headers[name] for name in kept if name in answer.headers}
        return Problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            f"position {wanted.position} is wanted, and the newest that can be shown is "
            f"{shown.position}; it gets there by itself: try again shortly",
            headers=headers | {"Retry-After": "1"},
        )


def not_found_answer(error: NotFound) -> Response:
    """404, with the position that it holds for."""
    return Problem(HTTPStatus.NOT_FOUND, str(error), headers=error.fresh.headers()).response()


def preferences_of(request: Request) -> Preferences:
    """The request's."""
    return Preferences.of(request.headers.getlist("prefer"))


def _is_new_enough(answer: Response, wanted: FeedToken | None) -> bool:
    if wanted is None:
        return True
    shown = FeedToken.parse(answer.headers[HEADER])
    return shown.epoch != wanted.epoch or shown.position >= wanted.position


def _gone(epoch: str) -> Problem:
    return Problem(
        HTTPStatus.GONE,
        f"this {HEADER} is of the history {epoch}, which is not served any more: the event store "
        "was replaced. Read without it, and go on with the token of that answer",
    )
