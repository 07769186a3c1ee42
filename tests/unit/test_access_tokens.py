"""Access tokens: who holds one of ours is let in as that person, everything else is refused."""

import base64
import time
from collections.abc import Mapping
from typing import cast
from uuid import UUID

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.tokens import AccessTokens, InvalidToken, Role
from tests.waiting import until

KEY = b"a key of 64 bytes: long enough for HS512 as well, so 512 may try"
PERSON = UUID("01900000-0000-7000-8000-000000000001")
TOKENS = AccessTokens.under(KEY, ttl_seconds=60)


Claims = Mapping[str, str | int | list[str] | None]


def signed(
    changes: Claims | None = None,
    *,
    key: bytes | None = KEY,
    algorithm: str = "HS256",
    header: Claims | None = None,
) -> str:
    """A token like ours, but for the changed claims; None leaves a claim out."""
    now = int(time.time())
    ours: Claims = {
        "sub": str(PERSON),
        "role": "person",
        "iss": "slackwater",
        "aud": "slackwater",
        "iat": now,
        "exp": now + 60,
    }
    wanted = {**ours, **(changes or {})}
    claims = {name: value for name, value in wanted.items() if value is not None}
    told = {"typ": "at+jwt", "kid": TOKENS.ring.signing.kid, **(header or {})}
    headers = {name: value for name, value in told.items() if value is not None}
    return jwt.encode(claims, cast("bytes", key), algorithm=algorithm, headers=headers)


def assert_refused(token: str) -> None:
    with pytest.raises(InvalidToken):
        TOKENS.access_of(token)


@given(person=st.uuids())
def test_a_token_stands_for_the_person_it_was_issued_to(person: UUID) -> None:
    assert TOKENS.access_of(TOKENS.issue(person)).person_id == person


def test_a_token_made_by_hand_like_ours_is_accepted() -> None:
    assert TOKENS.access_of(signed()).person_id == PERSON


def test_an_expired_token_is_refused() -> None:
    assert_refused(AccessTokens.under(KEY, ttl_seconds=-1).issue(PERSON))


def test_a_token_that_was_found_good_is_refused_once_it_has_expired() -> None:
    tokens = AccessTokens.under(KEY, ttl_seconds=1)
    token = tokens.issue(PERSON)

    def is_refused() -> bool:
        try:
            tokens.access_of(token)
        except InvalidToken:
            return True
        return False

    assert not is_refused()
    until(is_refused, "the token expires", seconds=5)


def test_a_token_from_the_future_is_refused() -> None:
    assert_refused(signed({"iat": int(time.time()) + 3_600}))


def test_a_token_of_a_process_whose_clock_is_somewhat_ahead_is_accepted() -> None:
    token = signed({"iat": int(time.time()) + 30})
    assert TOKENS.access_of(token).person_id == PERSON


def test_a_token_that_was_issued_at_no_time_is_refused() -> None:
    assert_refused(signed({"iat": "then"}))


def test_a_token_signed_with_another_key_is_refused() -> None:
    assert_refused(AccessTokens.under(bytes(reversed(KEY)), ttl_seconds=60).issue(PERSON))


def test_a_token_without_signature_is_refused() -> None:
    assert_refused(signed(key=None, algorithm="none"))
    header, claims, _ = TOKENS.issue(PERSON).split(".")
    assert_refused(f"{header}.{claims}.")


def test_a_token_signed_with_our_key_by_another_algorithm_is_refused() -> None:
    assert_refused(signed(algorithm="HS512"))


def test_a_signature_does_not_cover_other_claims() -> None:
    header, _, signature = TOKENS.issue(PERSON).split(".")
    _, other_claims, _ = TOKENS.issue(UUID(int=7)).split(".")
    assert_refused(f"{header}.{other_claims}.{signature}")


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another-service"},
        {"aud": ["another-service"]},
        {"iss": "another-service"},
        {"sub": "ada"},
        {"sub": ""},
        {"sub": 7},
        {"exp": "soon"},
        {"role": "admin"},
        {"role": ""},
        {"role": ["operator"]},
    ],
    ids=str,
)
def test_a_token_with_a_claim_that_is_not_ours_is_refused(changes: Claims) -> None:
    assert_refused(signed(changes))


@pytest.mark.parametrize("claim", ["sub", "iss", "aud", "iat", "exp", "role"])
def test_a_token_that_lacks_a_claim_is_refused(claim: str) -> None:
    assert_refused(signed({claim: None}))


@given(token=st.text() | st.text(alphabet=".eyJ{}\"'=_-0\xff"))
def test_garbage_is_refused(token: str) -> None:
    assert_refused(token)


@pytest.mark.parametrize(
    "header", [b"[" * 5_000, b'{"alg":["HS256"]}', b'{"alg":"HS256","crit":["exp"]}', b"\xff", b"1"]
)
def test_a_hostile_header_is_refused_like_any_other_garbage(header: bytes) -> None:
    _, claims, signature = TOKENS.issue(PERSON).split(".")
    encoded = base64.urlsafe_b64encode(header).rstrip(b"=").decode()
    assert_refused(f"{encoded}.{claims}.{signature}")


@pytest.mark.parametrize(
    "header",
    [{"typ": "JWT"}, {"typ": None}, {"kid": None}, {"kid": "another"}, {"kid": ""}],
    ids=str,
)
def test_a_token_of_another_type_or_under_no_key_of_ours_is_refused(header: Claims) -> None:
    assert_refused(signed(header=header))


def test_a_token_longer_than_any_of_ours_is_not_even_read() -> None:
    assert_refused(signed({"more": "x" * 5_000}))


@given(at=st.integers(0, 10_000), by=st.integers(1, 255))
def test_a_token_with_any_other_byte_is_refused(at: int, by: int) -> None:
    token = bytearray(TOKENS.issue(PERSON).encode())
    at %= len(token)
    token[at] = (token[at] + by) % 256
    assert_refused(token.decode("latin-1"))


@pytest.mark.parametrize("role", list(Role))
def test_a_token_says_as_what_its_bearer_calls(role: Role) -> None:
    subject = str(PERSON) if role is Role.PERSON else "the app"
    access = TOKENS.access_of(TOKENS.issue_as(role, subject))
    assert (access.role, access.subject) == (role, subject)
