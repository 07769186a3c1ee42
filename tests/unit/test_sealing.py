"""What is sealed opens with the key of its person, as what it is, where it stands; else not."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.codec import CODEC
from domain.errors import CannotOpen
from domain.events import Deleted, DomainEvent, HandleClaimed, Published, Registered
from domain.sealing import DISPLAY_NAME, HANDLE, TEXT, PersonKey, new_key

AT = datetime(2026, 1, 1, tzinfo=UTC)
KEY = new_key()
texts = st.text(st.characters(exclude_categories=["Cs"]))
whats = st.sampled_from([HANDLE, DISPLAY_NAME, TEXT])


@given(text=texts, what=whats, owner=st.uuids())
def test_what_is_sealed_opens_again_and_always_seals_alike(
    text: str, what: bytes, owner: UUID
) -> None:
    sealed = PersonKey(KEY).seal(text, what, owner)
    assert PersonKey(KEY).seal(text, what, owner) == sealed
    assert PersonKey(KEY).open(sealed, what, owner) == text


@given(text=texts, what=whats, other=whats, owner=st.uuids(), elsewhere=st.uuids())
def test_it_opens_as_nothing_else_nowhere_else_and_for_nobody_else(
    text: str, what: bytes, other: bytes, owner: UUID, elsewhere: UUID
) -> None:
    assume(what != other and owner != elsewhere)
    sealed = PersonKey(KEY).seal(text, what, owner)
    for key, as_what, where in (
        (KEY, other, owner), (KEY, what, elsewhere), (new_key(), what, owner),
    ):  # fmt: skip
        with pytest.raises(CannotOpen):
            PersonKey(key).open(sealed, as_what, where)


@given(garbage=st.text(max_size=80), owner=st.uuids())
def test_what_was_never_sealed_is_refused(garbage: str, owner: UUID) -> None:
    with pytest.raises(CannotOpen):
        PersonKey(KEY).open(garbage, TEXT, owner)


@pytest.mark.parametrize(
    "body",
    [
        Published(at=AT, author=2, text="High water"),
        Registered(at=AT, handle="High_water", display_name="High water"),
        HandleClaimed(at=AT, handle="High_water", person_id=UUID(int=9)),
    ],
)
def test_an_event_says_in_the_store_who_and_when_but_not_what(
    body: Published | Registered | HandleClaimed,
) -> None:
    stored = PersonKey(KEY).sealed(DomainEvent(UUID(int=7), 1, body))
    assert b"igh" not in CODEC.encode(stored.body)
    assert (stored.body.at, stored.body.v, stored.body.is_sealed) == (AT, 2, True)
    if isinstance(body, Published):
        assert isinstance(stored.body, Published)
        assert stored.body.author == 2


def test_what_says_nothing_of_a_person_stays_as_it_is() -> None:
    event = DomainEvent(UUID(int=7), 2, Deleted(at=AT, post=5, author=2))
    assert PersonKey(KEY).sealed(event) is event
