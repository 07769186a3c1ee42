"""Access tokens: signed JWTs (RFC 7519) that say who calls."""

import time
from dataclasses import dataclass, field
from uuid import UUID

import jwt
from cachetools import LRUCache

ALGORITHM = "HS256"
ISSUER = "slackwater"
KEY_BYTES_MIN = 32
"""HS256 wants a key at least as long as its hash (RFC 7518, section 3.2)."""


class InvalidToken(Exception):
    """The token is forged, expired, or not one of ours."""


CLOCKS_APART_SECONDS_MAX = 60.0
"""A token comes from the future at most as far as clocks of ours may differ."""


FOUND_GOOD_MAX = 50_000


@dataclass(frozen=True, slots=True)
class Access:
    """Whom a token stands for, and until when (Unix seconds)."""

    person_id: UUID
    expires_at: float


@dataclass(frozen=True, slots=True)
class AccessTokens:
    """Issues and checks tokens under one key. `ttl_seconds` is how long a new one is valid.

    For one thread: a token that was found good is not decoded again until it expires.
    """

    key: bytes
    ttl_seconds: int
    _found_good: LRUCache[str, Access] = field(
        default_factory=lambda: LRUCache(FOUND_GOOD_MAX), init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        assert len(self.key) >= KEY_BYTES_MIN, "settings refuse shorter keys"

    def issue(self, person_id: UUID) -> str:
        """A token for this person."""
        now = int(time.time())
        claims = {
            "sub": str(person_id),
            "iss": ISSUER,
            "aud": ISSUER,
            "iat": now,
            "exp": now + self.ttl_seconds,
        }
        return jwt.encode(claims, self.key, algorithm=ALGORITHM)

    def access_of(self, token: str) -> Access:
        """What the token says. Raises InvalidToken."""
        access = self._found_good.get(token)
        if access is None or access.expires_at <= time.time():
            access = self._found_good[token] = self._decode(token)
        return access

    def _decode(self, token: str) -> Access:
        try:
            claims = jwt.decode(
                token,
                self.key,
                algorithms=[ALGORITHM],
                issuer=ISSUER,
                audience=ISSUER,
                options={"require": ["sub", "iss", "aud", "iat", "exp"], "verify_iat": False},
            )
            if float(claims["iat"]) > time.time() + CLOCKS_APART_SECONDS_MAX:
                raise InvalidToken("it was issued in the future")
            return Access(UUID(claims["sub"]), float(claims["exp"]))
        except (jwt.InvalidTokenError, ValueError) as error:
            raise InvalidToken(str(error)) from error
