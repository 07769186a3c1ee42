"""What stands around an API process, whichever half it is: who calls too often is sent away, and
browsers are told what they may do with an answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from edge import request_id
from edge.feed_token import HEADER
from edge.limits.classes import Rates
from edge.limits.limiter import limiter
from edge.limits.middleware import RateLimits
from edge.rights import PERSON_HEADER
from edge.security_headers import SecurityHeaders
from edge.tokens import AccessTokens

SENT = [
    "Authorization", "Content-Type", HEADER, "Idempotency-Key", "If-None-Match", "Last-Event-ID",
    "Prefer", PERSON_HEADER, request_id.HEADER,
]  # fmt: skip
TOLD = [
    "ETag", "Feed-Consistency", HEADER, "Link", "Location", "Preference-Applied", "RateLimit",
    "RateLimit-Policy", "Retry-After", request_id.HEADER,
]  # fmt: skip
PREFLIGHT_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Around:
    """`origins`: pages from these may call from a browser. `limits_url` None: each process counts
    calls by itself.
    """

    origins: Sequence[str] = ()
    rates: Rates = field(default_factory=dict)
    address_factor: int = 0
    proxies: int = 0
    limits_url: str | None = None

    def put(self, app: ASGIApp, tokens: AccessTokens) -> ASGIApp:
        """The app with all of it around."""
        if self.rates:
            app = RateLimits(
                app,
                limiter=limiter(self.limits_url),
                rates=self.rates,
                address_factor=self.address_factor,
                proxies=self.proxies,
                tokens=tokens,
            )
        app = SecurityHeaders(app)
        if self.origins:
            # Never with credentials: a token is sent by whoever has it, not by the browser.
            app = CORSMiddleware(
                app, allow_origins=list(self.origins), allow_methods=["GET", "POST", "DELETE"],
                allow_headers=SENT, expose_headers=TOLD, max_age=PREFLIGHT_SECONDS,
            )  # fmt: skip
        return app
