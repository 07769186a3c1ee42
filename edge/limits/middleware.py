"""ASGI middleware that sends away who calls too often, before anything else is done for them.

Headers: draft-ietf-httpapi-ratelimit-headers, `RateLimit` and `RateLimit-Policy`.
"""

import math
from uuid import UUID

from prometheus_client import Counter
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edge.limits.address import address_of
from edge.limits.classes import Cost, Rates, cost_of
from edge.limits.limiter import Key, Limiter, Verdict
from edge.problems import Problem
from edge.rights import PERSON_HEADER
from edge.tokens import Access, AccessTokens, InvalidToken, Role

LIMITED = Counter(
    "slackwater_limited_requests_total", "Requests of who called too often.", ["cost", "by"]
)
for _cost in Cost:
    for _by in ("person", "address"):
        LIMITED.labels(_cost, _by)

_BEARER = "bearer "


class RateLimits:
    """`rates` are a person's; everybody at one address together may call `address_factor` times as
    often (0: an address is not bounded). `proxies`: see `address_of`.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        limiter: Limiter,
        rates: Rates,
        address_factor: int,
        proxies: int,
        tokens: AccessTokens,
    ) -> None:
        self._app = app
        self._limiter = limiter
        self._rates = rates
        self._address_factor = address_factor
        self._proxies = proxies
        self._tokens = tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        cost = cost_of(scope) if scope["type"] == "http" else None
        keys = [] if cost is None else self._keys(scope, cost)
        if cost is None or not keys:
            await self._app(scope, receive, send)
            return
        verdict = await self._limiter.count(keys)
        if verdict.wait:
            by = verdict.key.name.split(":")[0]
            LIMITED.labels(cost, by).inc()
            await _too_often(verdict, cost, by)(scope, receive, send)
            return
        headers = _headers(verdict, cost)

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *headers]
            await send(message)

        await self._app(scope, receive, told)

    def _keys(self, scope: Scope, cost: Cost) -> list[Key]:
        rate = self._rates.get(cost)
        if rate is None:
            return []
        keys: list[Key] = []
        if self._address_factor:
            address = address_of(scope, self._proxies)
            keys.append(Key(f"address:{cost}:{address}", rate.times(self._address_factor)))
        if (person := self._person(scope)) is not None:
            keys.append(Key(f"person:{cost}:{person}", rate))
        return keys

    def _person(self, scope: Scope) -> str | None:
        """Who calls, or for whom; None: nobody who is known, so that the address alone counts."""
        headers = Headers(scope=scope)  # of two, the one that rights go by
        authorization = headers.get("authorization", "")
        if authorization[: len(_BEARER)].lower() != _BEARER:
            return None
        try:
            access: Access = self._tokens.access_of(authorization[len(_BEARER) :].strip())
        except InvalidToken:
            return None
        if access.role is not Role.SERVICE:
            return access.subject
        try:
            return str(UUID(headers.get(PERSON_HEADER, "")))
        except ValueError:
            return None


def _too_often(verdict: Verdict, cost: Cost, by: str) -> Problem:
    seconds = max(1, math.ceil(verdict.wait))
    rate = verdict.key.rate
    return Problem(
        429,
        f"too many requests of the class '{cost}' by this {by}: {rate.calls} in {rate.seconds} s, "
        f"{rate.burst} at once. Come again in {seconds} s",
        headers={"Retry-After": str(seconds)}
        | {name.decode(): value.decode() for name, value in _headers(verdict, cost)},
    )


def _headers(verdict: Verdict, cost: Cost) -> list[tuple[bytes, bytes]]:
    rate = verdict.key.rate
    name = f"{cost}-by-{verdict.key.name.split(':')[0]}"
    return [
        (b"ratelimit-policy", f'"{name}";q={rate.burst};w={math.ceil(rate.ahead_max)}'.encode()),
        (b"ratelimit", f'"{name}";r={verdict.remaining};t={math.ceil(verdict.reset)}'.encode()),
    ]
