"""Health and figures, the same on both halves: /livez, /readyz, /metrics and /debug/*."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from edge.caller import WhoCalls
from edge.problems import Problem, problem_responses

_started = time.time()

Check = Callable[[], Awaitable[str | None]]
"""None if well, else what is wrong and what it means."""

Verbose = Annotated[str | None, Query(description="each check by name, whatever the value")]

Summary = Callable[[], Awaitable[Mapping[str, object]]]


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """What one process can tell of itself.

    `checks`: what it needs in order to serve, by name. `spare`: what it can do without for a
    while, so that a fault in it is told and leaves the process ready. `settings` must be masked
    already.
    """

    service: str
    checks: Mapping[str, Check]
    summary: Summary
    settings: Mapping[str, object]
    spare: Mapping[str, Check] = field(default_factory=dict[str, Check])


def diagnostics_router(diagnostics: Diagnostics) -> APIRouter:
    """The routes."""
    router = APIRouter(tags=["diagnostics"])

    @router.get("/livez")
    async def livez() -> dict[str, str]:
        """The process runs."""
        return {"status": "ok"}

    @router.get("/readyz", responses=problem_responses(503))
    async def readyz(verbose: Verbose = None) -> Mapping[str, object]:
        """The process can do its work; what it can do without for a while may be at fault."""
        if found := await _faults(diagnostics.checks):
            detail = "; ".join(f"{name}: {fault}" for name, fault in found.items())
            raise Problem(503, detail, headers={"Retry-After": "1"}, extra={"checks": found})
        if verbose is None:
            return {"status": "ok"}
        return {"status": "ok", "checks": await _states(diagnostics)}

    @router.get("/metrics", response_class=PlainTextResponse)
    async def metrics() -> Response:
        """Every figure, for Prometheus."""
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    @router.get("/debug/health")
    async def health() -> dict[str, object]:
        """Each check by name, and since when the process runs."""
        found = await _states(diagnostics)
        return {
            "service": diagnostics.service,
            "status": "ok" if set(found.values()) == {"ok"} else "degraded",
            "uptime_seconds": round(time.time() - _started, 1),
            "checks": found,
        }

    @router.get("/debug/metrics-summary")
    async def summary() -> Mapping[str, object]:
        """The figures a person asks for first."""
        return await diagnostics.summary()

    @router.get("/debug/config", responses=problem_responses(400, 401, 403))
    async def config(_: WhoCalls) -> Mapping[str, object]:
        """The settings in force; secrets are masked. For operators."""
        return diagnostics.settings

    return router


async def _faults(checks: Mapping[str, Check]) -> dict[str, str]:
    found = {name: await check() for name, check in checks.items()}
    return {name: fault for name, fault in found.items() if fault is not None}


async def _states(diagnostics: Diagnostics) -> dict[str, str]:
    every = {**diagnostics.checks, **diagnostics.spare}
    return dict.fromkeys(every, "ok") | await _faults(every)
