"""What a request costs, by what it asks for."""

from collections.abc import Mapping
from enum import StrEnum

from starlette.types import Scope

from edge.limits.rate import Rate


class Cost(StrEnum):
    """Classes of requests, each with a rate of its own."""

    READ = "read"
    WRITE = "write"
    FOLLOW = "follow"
    REGISTER = "register"
    STREAM = "stream"


Rates = Mapping[Cost, Rate]
"""A class that is missing is not bounded."""

_FREE = ("/livez", "/readyz", "/metrics", "/debug/", "/docs", "/openapi.json")
"""For those who run it, and their machines."""


def cost_of(scope: Scope) -> Cost | None:
    """The class of a request; None: it is for those who run this, and not bounded."""
    path, method = scope["path"], scope["method"]
    if path.startswith(_FREE):
        return None
    if method in {"GET", "HEAD", "OPTIONS"}:
        return Cost.STREAM if path == "/feed/stream" else Cost.READ
    if path == "/users/":
        return Cost.REGISTER
    return Cost.FOLLOW if path.endswith(("/follow", "/unfollow")) else Cost.WRITE
