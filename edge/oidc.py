"""Tokens of somebody else's login: an OpenID Connect provider (OpenID Connect Discovery 1.0).

Its public keys are fetched by a thread of their own, again and again, so that no request waits for
the provider, and the provider being away locks nobody out. A key that is not known yet is asked for
at once, but not more often than every KEYS_AGAIN_SECONDS; whoever came with it is told to try
again.
"""

import json
import logging
import threading
import time
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import jwt

logger = logging.getLogger(__name__)

ALGORITHMS = frozenset({"RS256", "ES256", "EdDSA"})
"""Public keys only: a secret that a provider shared would be no proof of who signed."""

KEYS_EVERY_SECONDS = 300.0
KEYS_AGAIN_SECONDS = 15.0
ANSWER_SECONDS_MAX = 5.0
ANSWER_BYTES_MAX = 256 * 1024
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

REQUIRED = ["iss", "aud", "iat", "exp"]


class UnknownKey(Exception):
    """The key under which a token is signed is not known, or not yet."""


class ProviderFailed(Exception):
    """The provider does not answer, or not as OpenID Connect says."""


@dataclass(frozen=True, slots=True)
class Provider:
    """`issuer` and `audience` as its tokens say them; `claim` holds the id of a person here."""

    issuer: str
    audience: str
    claim: str = "sub"

    def __post_init__(self) -> None:
        found = urlsplit(self.issuer)
        if found.scheme != "https" and found.hostname not in LOOPBACK:
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
        told = _json_at(place)
        if told.get("issuer") != self.provider.issuer or not isinstance(told.get("jwks_uri"), str):
            raise ProviderFailed(f"{place} is not the configuration of {self.provider.issuer}")
        found: dict[str, jwt.PyJWK] = {}
        for one in _json_at(told["jwks_uri"]).get("keys", []):
            key = _usable(one)
            if key is not None and key.key_id:
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
    key, provider = keys.find(header.get("kid")), keys.provider
    claims = jwt.decode(
        token,
        key.key,
        algorithms=[key.algorithm_name],
        issuer=provider.issuer,
        audience=provider.audience,
        options={"require": [*REQUIRED, provider.claim], "verify_iat": False},
    )
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


def _json_at(url: str) -> dict[str, Any]:
    if urlsplit(url).scheme != "https" and urlsplit(url).hostname not in LOOPBACK:
        raise ProviderFailed(f"{url} is not reached by https")
    try:
        with urllib.request.urlopen(url, timeout=ANSWER_SECONDS_MAX) as answer:  # noqa: S310 - http(s)
            content = answer.read(ANSWER_BYTES_MAX + 1)
    except (OSError, ValueError) as error:
        raise ProviderFailed(f"{url}: {error}") from error
    if len(content) > ANSWER_BYTES_MAX:
        raise ProviderFailed(f"{url} answers with more than {ANSWER_BYTES_MAX} bytes")
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ProviderFailed(f"{url} does not answer with JSON") from error
    if not isinstance(found, dict):
        raise ProviderFailed(f"{url} does not answer with an object")
    return found
