"""Health and figures, the same on both halves: /livez, /readyz, /metrics and /debug/*."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from edge.problems import Problem, problem_responses

_started = time.time()

Check = Callable[[], Awaitable[str | None]]
"""None if well, else what is wrong and what it means."""

Summary = Callable[[], Awaitable[Mapping[str, object]]]


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """What one process can tell of itself.

    `checks`: what it needs in order to serve, by name; `observed`: what it can do without for a
    while, shown but not asked for readiness. `settings` must be masked already.
    """

    service: str
    checks: Mapping[str, Check]
    summary: Summary
    settings: Mapping[str, object]
    observed: Mapping[str, Check] = field(default_factory=dict[str, Check])


def diagnostics_router(diagnostics: Diagnostics) -> APIRouter:
    """The routes."""
    router = APIRouter(tags=["diagnostics"])

    async def faults(checks: Mapping[str, Check]) -> dict[str, str]:
        found = {name: await check() for name, check in checks.items()}
        return {name: fault for name, fault in found.items() if fault is not None}

    @router.get("/livez")
    async def livez() -> dict[str, str]:
        """The process runs."""
        return {"status": "ok"}

    @router.get("/readyz", responses=problem_responses(503))
    async def readyz() -> dict[str, str]:
        """The process can do its work."""
        if found := await faults(diagnostics.checks):
            detail = "; ".join(f"{name}: {fault}" for name, fault in found.items())
            raise Problem(503, detail, headers={"Retry-After": "1"}, extra={"checks": found})
        return {"status": "ok"}

    @router.get("/metrics")
    async def metrics() -> Response:
        """Every figure, for Prometheus."""
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    @router.get("/debug/health")
    async def health() -> dict[str, object]:
        """Each check by name, and since when the process runs."""
        checks = {**diagnostics.checks, **diagnostics.observed}
        found = await faults(checks)
        return {
            "service": diagnostics.service,
            "status": "degraded" if found else "ok",
            "uptime_seconds": round(time.time() - _started, 1),
            "checks": {name: found.get(name, "ok") for name in checks},
        }

    @router.get("/debug/metrics-summary")
    async def summary() -> Mapping[str, object]:
        """The figures a person asks for first."""
        return await diagnostics.summary()

    @router.get("/debug/config")
    async def config() -> Mapping[str, object]:
        """The settings in force; secrets are masked."""
        return diagnostics.settings

    return router
