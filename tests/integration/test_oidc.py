"""Tokens of somebody else's login, by a real provider's two documents over HTTP."""

import json
import threading
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from jwt.utils import base64url_decode

from edge import oidc
from edge.key_ring import key_ring
from edge.oidc import Provider, ProviderKeys
from edge.provider_answers import ProviderFailed
from edge.tokens import AccessTokens, InvalidToken, Role
from tests.waiting import until

SECRET = b"a key of at least thirty-two bytes"
PERSON = uuid4()
AUDIENCE = "slackwater of these tests"


@dataclass
class Login:
    """A provider: its keys, what it answers, and how often it was asked."""

    url: str = ""
    keys: dict[str, Any] = field(default_factory=dict[str, Any])
    answers: dict[str, Any] = field(default_factory=dict[str, Any])
    asked: int = 0

    def token(self, kid: str = "rsa", typ: str = "JWT", **changes: Any) -> str:
        now = int(time.time())
        claims = {"iss": self.url, "aud": AUDIENCE, "sub": str(PERSON), "iat": now, "exp": now + 60}
        told = {name: value for name, value in (claims | changes).items() if value is not None}
        algorithm = {"rsa": "RS256", "ec": "ES256", "ed": "EdDSA"}[kid.split("-", maxsplit=1)[0]]
        return jwt.encode(told, self.keys[kid], algorithm, headers={"kid": kid, "typ": typ})

    def publish(self) -> None:
        """Its keys as they are now."""
        found = [_public(kid, key) for kid, key in self.keys.items()]
        self.answers["/keys"] = json.dumps({"keys": found}).encode()


def _public(kid: str, key: Any) -> dict[str, Any]:
    kinds = {"rsa": RSAAlgorithm, "ec": ECAlgorithm, "ed": OKPAlgorithm}
    told = json.loads(kinds[kid.split("-", maxsplit=1)[0]].to_jwk(key.public_key()))
    return told | {"kid": kid, "use": "sig"}


def new_key(kid: str) -> Any:
    match kid.split("-", maxsplit=1)[0]:
        case "rsa":
            return rsa.generate_private_key(65_537, 2_048)
        case "ec":
            return ec.generate_private_key(ec.SECP256R1())
        case _:
            return ed25519.Ed25519PrivateKey.generate()


@pytest.fixture
def login() -> Generator[Login]:
    login = Login()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            login.asked += self.path == "/keys"
            answer = login.answers.get(self.path)
            self.send_response(200 if answer else 503)
            self.end_headers()
            self.wfile.write(answer or b"")

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        login.url = f"http://127.0.0.1:{server.server_port}"
        told = {"issuer": login.url, "jwks_uri": f"{login.url}/keys"}
        login.answers["/.well-known/openid-configuration"] = json.dumps(told).encode()
        login.keys = {kid: new_key(kid) for kid in ("rsa", "ec", "ed")}
        login.publish()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield login
        server.shutdown()


@pytest.fixture
def tokens(login: Login) -> AccessTokens:
    keys = ProviderKeys(Provider(login.url, AUDIENCE))
    keys.fetch()
    return AccessTokens(key_ring(SECRET), 60, keys)


@pytest.mark.parametrize("kid", ["rsa", "ec", "ed"])
def test_a_token_of_the_provider_is_a_persons(login: Login, tokens: AccessTokens, kid: str) -> None:
    access = tokens.access_of(login.token(kid))
    assert (access.person_id, access.role) == (PERSON, Role.PERSON)
    assert tokens.access_of(tokens.issue(PERSON)).person_id == PERSON


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "http://127.0.0.1:1"},
        {"aud": "another app"},
        {"exp": 1},
        {"iat": 10**12},
        {"sub": "ada"},
        {"sub": None},
        {"exp": None},
        {"iat": None},
        {"aud": None},
        {"typ": "logout+jwt"},
        {"typ": "secevent+jwt"},
        {"typ": "dpop+jwt"},
        {"nonce": "of a login"},
        {"at_hash": "of a login"},
        {"events": {}},
    ],
    ids=str,
)
def test_a_claim_that_is_not_as_it_should_be_is_refused(
    login: Login, tokens: AccessTokens, changes: dict[str, Any]
) -> None:
    with pytest.raises(InvalidToken):
        tokens.access_of(login.token(**changes))


def test_it_makes_nobody_a_service_or_an_operator(login: Login, tokens: AccessTokens) -> None:
    assert tokens.access_of(login.token(role="operator")).role is Role.PERSON


def test_a_public_key_is_no_secret(login: Login, tokens: AccessTokens) -> None:
    """Signed by HMAC with what everybody can fetch, or not at all."""
    claims = jwt.decode(login.token(), options={"verify_signature": False})
    modulus = base64url_decode(_public("rsa", login.keys["rsa"])["n"].encode())
    forged = jwt.encode(claims, modulus, "HS256", headers={"kid": "rsa"})
    with pytest.raises(InvalidToken):
        tokens.access_of(forged)
    unsigned = jwt.encode(claims, cast("bytes", None), "none", headers={"kid": "rsa"})
    with pytest.raises(InvalidToken):
        tokens.access_of(unsigned)


def test_a_new_key_is_fetched_when_it_is_met_and_an_old_one_goes(
    login: Login, tokens: AccessTokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oidc, "KEYS_AGAIN_SECONDS", 0.05)
    old = login.token("rsa")
    login.keys = {"ed-2": new_key("ed-2")}
    login.publish()
    new = login.token("ed-2")

    def is_let_in(token: str) -> bool:
        try:
            return tokens.access_of(token).person_id == PERSON
        except InvalidToken:
            return False

    assert not is_let_in(new)
    until(lambda: is_let_in(new), "the new key is known")
    assert not is_let_in(old)


def test_unknown_keys_do_not_let_anybody_flood_the_provider(
    login: Login, tokens: AccessTokens
) -> None:
    for number in range(200):
        login.keys[f"ed-{number}"] = login.keys["ed"]
        with pytest.raises(InvalidToken, match="try again"):
            tokens.access_of(login.token(f"ed-{number}"))
    until(lambda: login.asked >= 2, "it was asked again")
    assert login.asked <= 3


def test_a_provider_that_is_away_locks_nobody_out(login: Login, tokens: AccessTokens) -> None:
    login.answers.clear()
    provider = tokens.provider
    assert provider is not None
    with pytest.raises(ProviderFailed):
        provider.fetch()
    assert tokens.access_of(login.token()).person_id == PERSON


@pytest.mark.parametrize(
    ("place", "answer"),
    [
        ("/keys", b"no json"),
        ("/keys", b"[]"),
        ("/keys", b'{"keys":[]}'),
        ("/keys", b'{"keys":null}'),
        ("/keys", b'{"keys":[{"kty":"OKP","crv":"Ed25519","kid":["a"],"x":"AA"}]}'),
        ("/keys", b'{"keys":[{"kty":"oct","kid":"a","k":"AAAA"}]}'),
        ("/keys", b" " * 300_000),
        ("/.well-known/openid-configuration", b"{}"),
        ("/.well-known/openid-configuration", b'{"issuer":"https://another.example"}'),
    ],
)
def test_what_is_no_answer_of_a_provider_changes_nothing(
    login: Login, tokens: AccessTokens, place: str, answer: bytes
) -> None:
    login.answers[place] = answer
    provider = tokens.provider
    assert provider is not None
    with pytest.raises(ProviderFailed):
        provider.fetch()
    assert tokens.access_of(login.token()).person_id == PERSON


def test_a_provider_is_reached_by_https_or_not_at_all() -> None:
    with pytest.raises(ValueError, match="https"):
        Provider("http://login.example", AUDIENCE)
    assert Provider("https://login.example", AUDIENCE).claim == "sub"
