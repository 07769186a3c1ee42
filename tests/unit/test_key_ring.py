"""The keys of access tokens: one signs, all of them check, each by its own algorithm alone."""

import base64
import json
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from edge.feed_token import FeedToken, InvalidFeedToken, Sealing
from edge.key_ring import InvalidKeys, key_ring
from edge.tokens import AccessTokens, InvalidToken

PERSON = UUID("01900000-0000-7000-8000-000000000001")
SECRET = b"a key of at least thirty-two bytes"


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def symmetric(kid: str, secret: bytes = SECRET) -> dict[str, Any]:
    return {"kty": "oct", "kid": kid, "alg": "HS256", "k": encoded(secret)}


def edwards(kid: str) -> dict[str, Any]:
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    secret = encoded(private.private_bytes_raw())
    return {"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": encoded(public), "d": secret}


def tokens(*keys: dict[str, Any]) -> AccessTokens:
    return AccessTokens.under(json.dumps({"keys": keys}).encode(), 60)


@pytest.mark.parametrize("key", [symmetric("a"), edwards("a")], ids=["HS256", "EdDSA"])
def test_either_kind_of_key_signs_and_checks(key: dict[str, Any]) -> None:
    ours = tokens(key)
    issued = ours.issue(PERSON)
    assert ours.access_of(issued).person_id == PERSON
    assert jwt.get_unverified_header(issued)["kid"] == "a"


def test_keys_are_replaced_without_a_moment_in_which_a_token_is_refused() -> None:
    """Add the new one, let it sign, take the old one away once its tokens have run out."""
    old, new = symmetric("old"), edwards("new")
    begun, added, signing, done = tokens(old), tokens(old, new), tokens(new, old), tokens(new)
    for issues, checks in ((begun, added), (added, begun), (added, signing), (signing, added),
                           (signing, done), (done, signing)):  # fmt: skip
        assert checks.access_of(issues.issue(PERSON)).person_id == PERSON
    with pytest.raises(InvalidToken, match="no more"):
        done.access_of(added.issue(PERSON))


def test_a_public_key_is_never_taken_for_a_secret() -> None:
    """The oldest trick: a token signed by HMAC with what everybody knows."""
    key = edwards("a")
    ours = tokens(key)
    claims = jwt.decode(ours.issue(PERSON), options={"verify_signature": False})
    public = base64.urlsafe_b64decode(key["x"] + "=")
    forged = jwt.encode(claims, public, "HS256", headers={"typ": "at+jwt", "kid": "a"})
    with pytest.raises(InvalidToken):
        ours.access_of(forged)


def test_feed_tokens_outlive_the_key_that_sealed_them_as_long_as_it_checks() -> None:
    old, new = symmetric("old"), symmetric("new", bytes(reversed(SECRET)))
    sealed = Sealing.under(tokens(old).ring).seal("epoch.17")
    assert Sealing.under(tokens(new, old).ring).open(sealed) == FeedToken("epoch", 17)
    with pytest.raises(InvalidFeedToken):
        Sealing.under(tokens(new).ring).open(sealed)


def test_one_secret_is_a_ring_as_well() -> None:
    assert key_ring(SECRET).signing.algorithm == "HS256"
    assert key_ring(SECRET).signing.kid != key_ring(bytes(reversed(SECRET))).signing.kid
    assert SECRET.decode() not in repr(key_ring(SECRET).signing.kid)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"short", "needs 32"),
        (b"{", "no JSON Web Key Set"),
        (b'{"keys":7}', "no JSON Web Key Set"),
        (b'{"keys":[]}', "none"),
        (b'{"keys":[{"kty":"oct"}]}', "no JSON Web Key Set"),
        (json.dumps({"keys": [symmetric("a"), symmetric("a")]}).encode(), "same kid"),
        (json.dumps({"keys": [symmetric("a", b"short")]}).encode(), "less than 32"),
        (json.dumps({"keys": [symmetric("a") | {"alg": "none"}]}).encode(), "HS256"),
        (json.dumps({"keys": [symmetric("a") | {"kty": "RSA"}]}).encode(), "oct or OKP"),
        (json.dumps({"keys": [symmetric("") | {"kid": ""}]}).encode(), "kid"),
        (json.dumps({"keys": [edwards("a") | {"crv": "X25519"}]}).encode(), "EdDSA"),
        (json.dumps({"keys": [edwards("a") | {"d": None}]}).encode(), "no private part"),
        (json.dumps({"keys": [edwards("a") | {"d": "AA"}]}).encode(), "cannot be read"),
    ],
)
def test_keys_that_will_not_do_are_told_without_what_is_in_them(content: bytes, why: str) -> None:
    with pytest.raises(InvalidKeys, match=why) as told:
        key_ring(content)
    assert encoded(SECRET) not in str(told.value)
