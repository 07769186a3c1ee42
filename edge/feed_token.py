"""The feed token: how new an answer is, or how new the next one has to be.

Inside a process it is an epoch and a position. On its way out it is sealed, and on its way in the
seal is checked: so a position that a client sends was once a position that we answered with.
"""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edge.key_ring import KeyRing
from edge.problems import Problem

HEADER = "Feed-Token"

SEAL_BYTES = 12
LENGTH_MAX = 200


class InvalidFeedToken(Exception):
    """Not one of ours, or not whole."""


@dataclass(frozen=True, slots=True)
class FeedToken:
    """At least as new as this position of this epoch's history."""

    epoch: str
    position: int

    def header(self) -> dict[str, str]:
        """For an answer; `SealedFeedTokens` seals it on its way out."""
        return {HEADER: f"{self.epoch}.{self.position}"}

    @classmethod
    def parse(cls, unsealed: str) -> "FeedToken":
        """The token as `header` wrote it. Raises InvalidFeedToken."""
        epoch, dot, position = unsealed.rpartition(".")
        if not dot or not epoch or not (position.isascii() and position.isdigit()):
            raise InvalidFeedToken("it is not <epoch>.<position>.<seal>")
        return cls(epoch, int(position))


class Sealing:
    """Seals tokens and checks seals, under the keys of access tokens: with the first one, and with
    any of them.
    """

    def __init__(self, *secrets: bytes) -> None:
        # Keys of its own: nothing that is sealed here can pass for something signed elsewhere.
        self._keys = [hmac.digest(one, b"slackwater feed token", sha256) for one in secrets]
        self._sealed_last = ("", "")  # what is answered at the same moment has the same token

    @classmethod
    def under(cls, ring: KeyRing) -> "Sealing":
        """Under the keys of this ring."""
        return cls(*(key.secret for key in ring.keys))

    def seal(self, unsealed: str) -> str:
        """The token with its seal (HMAC, RFC 2104)."""
        last, sealed = self._sealed_last
        if unsealed != last:
            sealed = _with_seal(unsealed, self._keys[0])
            self._sealed_last = (unsealed, sealed)
        return sealed

    def open(self, sealed: str) -> FeedToken:
        """What a sealed token says. Raises InvalidFeedToken."""
        unsealed, _, _ = sealed.rpartition(".")
        if len(sealed) > LENGTH_MAX or not unsealed.isascii():
            raise InvalidFeedToken("it is not <epoch>.<position>.<seal>")
        given = sealed.encode(errors="replace")
        if not any(
            hmac.compare_digest(given, _with_seal(unsealed, key).encode()) for key in self._keys
        ):
            raise InvalidFeedToken("its seal is not ours")
        return FeedToken.parse(unsealed)


def _with_seal(unsealed: str, key: bytes) -> str:
    mac = hmac.digest(key, unsealed.encode(), sha256)[:SEAL_BYTES]
    return f"{unsealed}.{urlsafe_b64encode(mac).decode()}"


class SealedFeedTokens:
    """ASGI middleware: tokens leave sealed, and what comes in is checked.

    A request's token is in its scope as `feed_token` then; a token that is none of ours is
    answered with 400.
    """

    def __init__(self, app: ASGIApp, sealing: Sealing) -> None:
        self._app = app
        self._sealing = sealing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if (sealed := Headers(scope=scope).get(HEADER)) is not None:
            try:
                scope["feed_token"] = self._sealing.open(sealed.strip())
            except InvalidFeedToken as error:
                detail = f"this {HEADER} is none of ours: {error}; send one as you received it"
                await Problem(400, detail)(scope, receive, send)
                return

        async def sealed_out(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if HEADER in headers:
                    headers[HEADER] = self._sealing.seal(headers[HEADER])
            await send(message)

        await self._app(scope, receive, sealed_out)


def asked_token(scope: Scope) -> FeedToken | None:
    """The token that came with a request."""
    return scope.get("feed_token")
