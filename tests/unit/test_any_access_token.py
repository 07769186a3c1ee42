"""Whatever is sent as an access token: what was not issued here, as it stands, is refused."""

import json
from contextlib import suppress
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.tokens import LENGTH_MAX, Access, AccessTokens, InvalidToken
from tests.unit.test_key_ring import PERSON, edwards, encoded, symmetric, tokens

RINGS = [tokens(symmetric("a")), tokens(edwards("a"))]
BOTH = pytest.mark.parametrize("ours", RINGS, ids=["HS256", "EdDSA"])

NO_MOMENTS = [float("inf"), float("-inf"), float("nan"), 10**400, "1e999"]

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def assert_refused(ours: AccessTokens, token: str) -> None:
    with pytest.raises(InvalidToken):
        ours.access_of(token)


@BOTH
@given(sent=st.text() | st.from_regex(r"[\w-]*\.[\w-]*\.[\w-]*"))
def test_any_text_is_refused(ours: AccessTokens, sent: str) -> None:
    assert_refused(ours, sent)


@BOTH
@given(header=values, claims=values, signature=st.binary(max_size=64))
def test_anything_told_without_the_key_is_refused(
    ours: AccessTokens, header: Any, claims: Any, signature: bytes
) -> None:
    told = (json.dumps(part).encode() for part in (header, claims))
    assert_refused(ours, ".".join([*map(encoded, told), encoded(signature)]))


@BOTH
@pytest.mark.parametrize("opened", [b"[", b'{"":'])
def test_what_nests_as_deep_as_a_token_is_long_is_refused(
    ours: AccessTokens, opened: bytes
) -> None:
    deep = encoded(opened * (LENGTH_MAX // 2 // len(opened)))
    assert_refused(ours, f"{deep}.e30.e30")


@BOTH
@given(data=st.data())
def test_a_token_with_one_character_changed_is_refused(ours: AccessTokens, data: Any) -> None:
    issued = ours.issue(PERSON)
    place = data.draw(st.integers(-1, len(issued) - 2), label="place") % len(issued)
    other = data.draw(st.characters().filter(lambda one: one != issued[place]), label="other")
    assert_refused(ours, issued[:place] + other + issued[place + 1 :])


@BOTH
def test_a_signature_is_written_in_one_way_only(ours: AccessTokens) -> None:
    """Base64 has bits to spare and padding, and some readers pass over what is neither."""
    issued = ours.issue(PERSON)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for other in alphabet.replace(issued[-1], "") + "=!+/":
        assert_refused(ours, issued[:-1] + other)
        assert_refused(ours, issued + other)


@BOTH
@given(data=st.data(), value=values)
def test_a_token_with_one_claim_changed_is_refused(
    ours: AccessTokens, data: Any, value: Any
) -> None:
    header, claims, signature = ours.issue(PERSON).split(".")
    told = jwt.decode(f"{header}.{claims}.{signature}", options={"verify_signature": False})
    name = data.draw(st.sampled_from(sorted(told)), label="claim")
    changed = encoded(json.dumps({**told, name: value}, separators=(",", ":")).encode())
    if changed != claims:
        assert_refused(ours, f"{header}.{changed}.{signature}")


@BOTH
@given(claims=st.dictionaries(st.sampled_from(["sub", "role", "iss", "aud", "iat", "exp"]), values))
def test_claims_of_a_wrong_shape_are_refused_under_a_key_of_ours_too(
    ours: AccessTokens, claims: dict[str, Any]
) -> None:
    key = ours.ring.signing
    told = jwt.decode(ours.issue(PERSON), options={"verify_signature": False})
    headers = {"typ": "at+jwt", "kid": key.kid}
    body = json.dumps({**told, **claims}).encode()
    token = jwt.api_jws.encode(body, key.key, algorithm=key.algorithm, headers=headers)
    with suppress(InvalidToken):
        assert isinstance(ours.access_of(token), Access)


@BOTH
@pytest.mark.parametrize("claim", ["iat", "exp", "nbf"])
@pytest.mark.parametrize(
    "value", [float("inf"), float("-inf"), float("nan"), 10**400, "1e999"], ids=range(5)
)
def test_a_moment_that_is_none_is_refused(ours: AccessTokens, claim: str, value: Any) -> None:
    key = ours.ring.signing
    told = jwt.decode(ours.issue(PERSON), options={"verify_signature": False})
    headers = {"typ": "at+jwt", "kid": key.kid}
    body = json.dumps({**told, claim: value}).encode()
    assert_refused(
        ours, jwt.api_jws.encode(body, key.key, algorithm=key.algorithm, headers=headers)
    )
