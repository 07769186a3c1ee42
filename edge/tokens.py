"""Access tokens: signed JWTs (RFC 7519) that say who calls, and as what."""

import math
import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

import jwt
from cachetools import LRUCache, TTLCache
from jwt.utils import base64url_decode, base64url_encode

from edge.key_ring import KeyRing, TokenKey, key_ring
from edge.oidc import ProviderKeys, UnknownKey, person_of

ISSUER = "slackwater"
TYPE = "at+jwt"
"""RFC 9068, section 2.1: nothing else that we might sign is ever taken for an access token."""

REQUIRED = ["sub", "iss", "aud", "iat", "exp", "role"]

CLOCKS_APART_SECONDS_MAX = 60.0
"""A token comes from the future at most as far as clocks of ours may differ."""

FOUND_GOOD_MAX = 50_000
FOUND_GOOD_THERE_SECONDS = 60.0
LENGTH_MAX = 4_096


class InvalidToken(Exception):
    """The token is forged, expired, or not one of ours."""


class Role(StrEnum):
    """As what somebody calls."""

    PERSON = "person"
    """For themselves."""

    SERVICE = "service"
    """An app with users of its own: for whichever person it names."""

    OPERATOR = "operator"
    """Whoever runs this: for nobody, but may look at how it is set, and erase people."""


@dataclass(frozen=True, slots=True)
class Access:
    """Whom a token stands for, as what, and until when (Unix seconds).

    `subject`: a person's id; the name of a service or an operator.
    """

    subject: str
    role: Role
    expires_at: float

    @property
    def person_id(self) -> UUID:
        """The person who calls for themselves."""
        assert self.role is Role.PERSON, "only a person has a person's id"
        return UUID(self.subject)


@dataclass(frozen=True, slots=True)
class AccessTokens:
    """Issues and checks tokens under the keys of one ring. `ttl_seconds`: a new one's life.

    `provider`: whose tokens are believed besides, for people. For one thread: a token that was
    found good is not decoded again until it expires, one of the provider's for a minute. A ring
    does not change; whoever takes a key away starts the process anew.
    """

    ring: KeyRing
    ttl_seconds: int
    provider: ProviderKeys | None = None
    _found_good: LRUCache[str, Access] = field(
        default_factory=lambda: LRUCache(FOUND_GOOD_MAX), init=False, repr=False, compare=False
    )
    _found_good_there: TTLCache[str, Access] = field(
        default_factory=lambda: TTLCache[str, Access](FOUND_GOOD_MAX, FOUND_GOOD_THERE_SECONDS),
        init=False, repr=False, compare=False,
    )  # fmt: skip

    @classmethod
    def under(cls, secret: bytes, ttl_seconds: int) -> "AccessTokens":
        """Under one key. Raises InvalidKeys."""
        return cls(key_ring(secret), ttl_seconds)

    def issue(self, person_id: UUID) -> str:
        """A token for this person."""
        return self.issue_as(Role.PERSON, str(person_id))

    def issue_as(self, role: Role, subject: str) -> str:
        """A token for whoever calls as this."""
        now, key = int(time.time()), self.ring.signing
        claims = {
            "sub": subject,
            "role": role.value,
            "iss": ISSUER,
            "aud": ISSUER,
            "iat": now,
            "exp": now + self.ttl_seconds,
        }
        headers = {"typ": TYPE, "kid": key.kid}
        return jwt.encode(claims, key.key, algorithm=key.algorithm, headers=headers)

    def access_of(self, token: str) -> Access:
        """What the token says. Raises InvalidToken."""
        access = self._found_good.get(token) or self._found_good_there.get(token)
        if access is None or access.expires_at <= time.time():
            access = self._check(token)
        return access

    def _check(self, token: str) -> Access:
        if len(token) > LENGTH_MAX:
            raise InvalidToken("it is too long")
        try:
            _check_that_it_is_written_in_the_one_way(token)
            header = jwt.get_unverified_header(token)
            key = self.ring.find(header.get("kid"))
            if key is not None and header.get("typ") == TYPE:
                access = self._found_good[token] = _ours(token, key)
            elif self.provider is not None:
                access = self._found_good_there[token] = _theirs(token, header, self.provider)
            else:
                raise InvalidToken("it was not issued here, or under a key that is no more")
        except (jwt.InvalidTokenError, UnknownKey, ValueError, TypeError, OverflowError) as error:
            raise InvalidToken(str(error)) from error
        return access


def _ours(token: str, key: TokenKey) -> Access:
    claims = jwt.decode(
        token,
        key.key,
        algorithms=[key.algorithm],
        issuer=ISSUER,
        audience=ISSUER,
        options={"require": REQUIRED, "verify_iat": False},
    )
    _check_when(claims)
    role, subject = Role(claims["role"]), str(claims["sub"])
    if role is Role.PERSON:
        subject = str(UUID(subject))
    return Access(subject, role, float(claims["exp"]))


def _theirs(token: str, header: dict[str, Any], provider: ProviderKeys) -> Access:
    person, claims = person_of(token, header, provider)
    _check_when(claims)
    return Access(str(person), Role.PERSON, float(claims["exp"]))


def _check_when(claims: dict[str, Any]) -> None:
    issued_at = float(claims["iat"])
    if not math.isfinite(issued_at):
        raise InvalidToken("it was issued at no time")
    if issued_at > time.time() + CLOCKS_APART_SECONDS_MAX:
        raise InvalidToken("it was issued in the future")


def _check_that_it_is_written_in_the_one_way(token: str) -> None:
    """Base64 is read leniently: with its padding, a token would be written in a second way."""
    for part in token.encode("ascii").split(b"."):
        if base64url_encode(base64url_decode(part)) != part:
            raise InvalidToken("it was changed on its way")
