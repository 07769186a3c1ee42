"""Tokens of somebody else's login: an OpenID Connect provider (OpenID Connect Discovery 1.0).

Its public keys are fetched by a thread of their own, again and again, so that no request waits for
the provider, and the provider being away locks nobody out. A key that is not known yet is asked for
at once, but not more often than every KEYS_AGAIN_SECONDS; whoever came with it is told to try
again.
"""

import logging
import threading
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import jwt

from edge.provider_answers import ProviderFailed, is_reached_safely, json_at

logger = logging.getLogger(__name__)

ALGORITHMS = frozenset({"RS256", "ES256", "EdDSA"})
"""Public keys only: a secret that a provider shared would be no proof of who signed."""

KEYS_EVERY_SECONDS = 300.0
KEYS_AGAIN_SECONDS = 15.0

REQUIRED = ["iss", "aud", "iat", "exp"]

TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})
"""What a provider calls an access token (RFC 9068, section 4), in small letters."""

OF_OTHER_TOKENS = frozenset({"at_hash", "events", "nonce"})
"""Claims of ID tokens and of messages to a client, under the same keys and read by others."""


class UnknownKey(Exception):
    """The key under which a token is signed is not known, or not yet."""


@dataclass(frozen=True, slots=True)
class Provider:
    """`issuer` and `audience` as its tokens say them; `claim` holds the id of a person here."""

    issuer: str
    audience: str
    claim: str = "sub"

    def __post_init__(self) -> None:
        if not is_reached_safely(self.issuer):
            raise ValueError(f"the issuer {self.issuer} is not reached by https")


class ProviderKeys:
    """The provider's public keys, as they were fetched last. Safe to share by threads."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self._keys: dict[str, jwt.PyJWK] = {}
        self._wanted = threading.Event()
        self._asked_at = float("-inf")
        self._begun = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begins to fetch, once; the thread ends with the process."""
        with self._begun:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="oidc-keys", daemon=True)
                self._thread.start()

    def find(self, kid: object) -> jwt.PyJWK:
        """The key of this name. Raises UnknownKey; it is asked for then, if it is time."""
        key = self._keys.get(kid) if isinstance(kid, str) else None
        if key is None:
            self.start()
            self._wanted.set()
            raise UnknownKey("its key is not known (yet): try again in some seconds")
        return key

    def fetch(self) -> None:
        """Asks the provider now. Raises ProviderFailed; what is known is kept then."""
        place = f"{self.provider.issuer.rstrip('/')}/.well-known/openid-configuration"
        told = json_at(place)
        if told.get("issuer") != self.provider.issuer or not isinstance(told.get("jwks_uri"), str):
            raise ProviderFailed(f"{place} is not the configuration of {self.provider.issuer}")
        found: dict[str, jwt.PyJWK] = {}
        keys = json_at(told["jwks_uri"]).get("keys")
        for one in keys if isinstance(keys, list) else []:
            key = _usable(one)
            if key is not None and isinstance(key.key_id, str):
                found[key.key_id] = key
        if not found:
            raise ProviderFailed(f"{told['jwks_uri']} holds no key that can be used")
        self._keys = found

    def _run(self) -> None:
        while True:
            self._asked_at = time.monotonic()
            try:
                self.fetch()
            except ProviderFailed as error:
                logger.warning("the keys of the login's provider stay as they are: %s", error)
            self._wanted.clear()
            self._wanted.wait(KEYS_EVERY_SECONDS)
            time.sleep(max(0.0, self._asked_at + KEYS_AGAIN_SECONDS - time.monotonic()))


def person_of(
    token: str, header: dict[str, Any], keys: ProviderKeys
) -> tuple[UUID, dict[str, Any]]:
    """Whom a provider's token stands for, and its claims.

    Raises UnknownKey, jwt.InvalidTokenError, ValueError.
    """
    if str(header.get("typ", "JWT")).lower() not in TYPES:
        raise jwt.InvalidTokenError("it is no access token")
    key, provider = keys.find(header.get("kid")), keys.provider
    claims = jwt.decode(
        token,
        key.key,
        algorithms=[key.algorithm_name],
        issuer=provider.issuer,
        audience=provider.audience,
        options={"require": [*REQUIRED, provider.claim], "verify_iat": False},
    )
    if OF_OTHER_TOKENS & claims.keys():
        raise jwt.InvalidTokenError("it is no access token, but one about a login")
    return UUID(str(claims[provider.claim])), claims


def _usable(told: Any) -> jwt.PyJWK | None:
    """None for keys that are for something else."""
    if not isinstance(told, dict) or told.get("use", "sig") != "sig":
        return None
    try:
        key = jwt.PyJWK.from_dict(told)
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    return key if key.algorithm_name in ALGORITHMS else None
