"""The keys that access tokens are signed and checked with: one signs, all of them check.

A file holds either one secret, for HS256, or a JSON Web Key Set (RFC 7517) of `oct` (HS256) and
`OKP` Ed25519 (EdDSA, RFC 8037) keys, private parts included, of which the first signs. Each key
is for one algorithm, whatever a token says of itself.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import jwt
from jwt.utils import base64url_decode

SECRET_BYTES_MIN = 32
"""HS256 wants a key at least as long as its hash (RFC 7518, section 3.2)."""

ALGORITHMS = {"oct": "HS256", "OKP": "EdDSA"}


class InvalidKeys(Exception):
    """Says what is wrong with the keys, and nothing of what is in them."""


@dataclass(frozen=True, slots=True)
class TokenKey:
    """`kid` names it in a token's header; `secret` is what nobody else has."""

    kid: str
    algorithm: str
    key: Any
    secret: bytes


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The first key signs."""

    keys: Sequence[TokenKey]

    @property
    def signing(self) -> TokenKey:
        """The key under which new tokens are."""
        return self.keys[0]

    def find(self, kid: object) -> TokenKey | None:
        """The key of this name."""
        return next((key for key in self.keys if key.kid == kid), None)


def key_ring(content: bytes) -> KeyRing:
    """The keys in a file. Raises InvalidKeys."""
    if not content.startswith(b"{"):
        return KeyRing([_of_secret(content)])
    try:
        found = json.loads(content)["keys"]
        keys = [_of_jwk(one) for one in found]
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidKeys(f"the token keys are no JSON Web Key Set: {error!r}") from error
    if not keys:
        raise InvalidKeys("the token keys are none: the first one signs")
    if len({key.kid for key in keys}) < len(keys):
        raise InvalidKeys("two of the token keys have the same kid")
    return KeyRing(keys)


def _of_secret(secret: bytes) -> TokenKey:
    if len(secret) < SECRET_BYTES_MIN:
        raise InvalidKeys(
            f"the token key has {len(secret)} bytes and needs {SECRET_BYTES_MIN}: make one with "
            "'openssl rand -hex 32'"
        )
    return TokenKey(sha256(b"kid" + secret).hexdigest()[:12], "HS256", secret, secret)


def _of_jwk(told: dict[str, Any]) -> TokenKey:
    kid, kind = told["kid"], told["kty"]
    algorithm = ALGORITHMS.get(kind)
    if not isinstance(kid, str) or not kid or algorithm is None:
        raise InvalidKeys("each token key needs a kid, and is of kty oct or OKP")
    if told.get("alg", algorithm) != algorithm or (kind == "OKP" and told.get("crv") != "Ed25519"):
        raise InvalidKeys(f"the token key {kid!r} has to be for {algorithm}")
    private = told.get("k" if kind == "oct" else "d")
    if not isinstance(private, str):
        raise InvalidKeys(f"the token key {kid!r} has no private part")
    try:
        key = jwt.PyJWK.from_dict(told, algorithm).key
        secret = base64url_decode(private.encode())
    except (jwt.PyJWTError, ValueError) as error:
        raise InvalidKeys(f"the token key {kid!r} cannot be read") from error
    if len(secret) < SECRET_BYTES_MIN:
        raise InvalidKeys(f"the token key {kid!r} has less than {SECRET_BYTES_MIN} bytes")
    return TokenKey(kid, algorithm, key, secret)
