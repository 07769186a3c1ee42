"""What every request leaves behind: counts and durations by route, for Prometheus and people."""

import time
from collections import deque
from collections.abc import Sequence
from functools import cache

from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REQUESTS = Counter(
    "slackwater_http_requests_total", "Requests answered.", ["route", "method", "status"]
)
REQUEST_SECONDS = Histogram(
    "slackwater_http_request_duration_seconds",
    "Time from the request's arrival to the end of its answer.",
    ["route", "method"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)

RECENT_REQUESTS_MAX = 2_048


class RequestMetrics:
    """ASGI middleware around the app's own. Labels are route templates, never raw paths."""

    def __init__(self, app: ASGIApp, recent: "RecentRequests") -> None:
        self._app = app
        self._recent = recent

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        started = time.perf_counter()
        try:
            await self._app(scope, receive, watched)
        finally:
            seconds = time.perf_counter() - started
            route = getattr(scope.get("route"), "path", "unmatched")
            method = scope["method"] if route != "unmatched" else "ANY"
            answered(route, method, status, seconds, self._recent)


def answered(
    route: str, method: str, status: int, seconds: float, recent: "RecentRequests"
) -> None:
    """Records one answered request."""
    count, duration = _figures_of(route, method, status)
    count.inc()
    duration.observe(seconds)
    recent.add(seconds, status)


@cache  # the labels are bounded, and looking for the figures takes longer than raising them
def _figures_of(route: str, method: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(route, method, str(status)), REQUEST_SECONDS.labels(route, method)


class RecentRequests:
    """Durations of the last requests and counts by status class, for the figures people ask for."""

    def __init__(self) -> None:
        self._seconds: deque[float] = deque(maxlen=RECENT_REQUESTS_MAX)
        self._by_class: dict[str, int] = {}

    def add(self, seconds: float, status: int) -> None:
        """Records one answered request."""
        self._seconds.append(seconds)
        kind = f"{status // 100}xx"
        self._by_class[kind] = self._by_class.get(kind, 0) + 1

    def summary(self) -> dict[str, object]:
        """Counts since the start, and latency over the last requests, in milliseconds."""
        return {
            "total": sum(self._by_class.values()),
            "by_status": dict(sorted(self._by_class.items())),
            "latency_ms": percentiles_ms(self._seconds),
        }


def percentiles_ms(seconds: Sequence[float]) -> dict[str, float | None]:
    """The median and the 99th percentile, in milliseconds; None while nothing was measured."""
    ordered = sorted(seconds)
    if not ordered:
        return {"p50": None, "p99": None}
    return {
        name: round(1000 * ordered[min(len(ordered) - 1, int(len(ordered) * share))], 3)
        for name, share in (("p50", 0.5), ("p99", 0.99))
    }
