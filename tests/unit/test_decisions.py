"""What the domain decides: who may be called what, who follows whom, what may be said."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.errors import (
    CannotFollowYourself,
    InvalidDisplayName,
    InvalidHandle,
    InvalidText,
    NotTheAuthor,
)
from domain.events import (
    Deleted,
    DomainEvent,
    EventBody,
    Followed,
    HandleClaimed,
    Published,
    Registered,
    Unfollowed,
)
from domain.follow import change_follow, follow_id, is_following
from domain.person import handle_id, register
from domain.post import Post, delete, publish

AT = datetime(2026, 1, 1, tzinfo=UTC)
ADA = UUID("01900000-0000-7000-8000-000000000001")
BOB = UUID("01900000-0000-7000-8000-000000000002")
POST = UUID("01900000-0000-7000-8000-000000000003")


def registration(handle: str, display_name: str | None = None) -> tuple[DomainEvent, DomainEvent]:
    return register(person_id=ADA, handle=handle, display_name=display_name, at=AT)


def named(display_name: str | None) -> str:
    _, registered = registration("ada", display_name)
    assert isinstance(registered.body, Registered)
    return registered.body.display_name


def said(text: str) -> str:
    body = publish(post_id=POST, author=2, text=text, at=AT).body
    assert isinstance(body, Published)
    return body.text


def follow_change(version: int, following: bool) -> DomainEvent | None:
    return change_follow(
        pair=follow_id(ADA, BOB),
        version=version,
        follower=2,
        followee=4,
        following=following,
        at=AT,
    )


def test_a_registration_claims_the_handle_and_makes_the_person() -> None:
    assert registration("Ada_1", "Ada Lovelace") == (
        DomainEvent(handle_id("ada_1"), 1, HandleClaimed(at=AT, handle="Ada_1", person_id=ADA)),
        DomainEvent(ADA, 1, Registered(at=AT, handle="Ada_1", display_name="Ada Lovelace")),
    )


@given(handle=st.from_regex(r"[A-Za-z0-9_]{3,30}", fullmatch=True))
def test_every_letter_case_of_a_handle_claims_the_same_thing(handle: str) -> None:
    claims = {
        registration(way)[0].originator_id for way in (handle, handle.upper(), handle.lower())
    }
    assert len(claims) == 1


def test_different_handles_claim_different_things() -> None:
    handles = ["ada", "ada_", "_ada", "bob", "ad4"]
    assert len({handle_id(handle) for handle in handles}) == len(handles)


def test_what_a_handle_and_a_pair_stand_for_never_changes() -> None:
    assert handle_id("Ada") == UUID("d8831375-4e38-5747-82dc-adec9be2b762")
    assert follow_id(ADA, BOB) == UUID("08eb9955-f6db-599b-98f6-cfcbb577a4b2")


@pytest.mark.parametrize(
    "handle",
    [
        "",
        "ab",
        "x" * 31,
        "ada lovelace",
        " ada",
        "ada\n",
        "ada-l",
        "ad\0",
        "\u0430da",
        "\u00e1d\u00e1",
        "\u0661\u0662\u0663",
        "\u212a" * 3,
    ],
)
def test_a_handle_is_3_to_30_of_plain_letters_digits_and_underscore(handle: str) -> None:
    with pytest.raises(InvalidHandle, match="3 to 30"):
        registration(handle)


@pytest.mark.parametrize("handle", ["abc", "x" * 30, "___", "007"])
def test_the_shortest_and_the_longest_handle_are_fine(handle: str) -> None:
    assert registration(handle)[1].body == Registered(at=AT, handle=handle, display_name=handle)


def test_a_display_name_is_trimmed_and_keeps_the_rest() -> None:
    assert named(" \tAda  \U0001f30a Lovelace\n") == "Ada  \U0001f30a Lovelace"


@pytest.mark.parametrize("name", ["x", "x" * 100, "\U0001f30a" * 100, f"  {'x' * 100}  "])
def test_a_display_name_has_up_to_100_characters_after_trimming(name: str) -> None:
    assert named(name) == name.strip()


@pytest.mark.parametrize("name", ["", " \n\u3000", "x" * 101, "a\nb", "a\0b", "a\x7fb", "a\x85b"])
def test_an_empty_long_or_control_holding_display_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidDisplayName):
        named(name)


@pytest.mark.parametrize("name", ["\ud800", "Ada \udfff"])
def test_half_a_character_is_no_display_name(name: str) -> None:
    with pytest.raises(InvalidDisplayName):
        named(name)


@given(wishes=st.lists(st.booleans(), max_size=12))
def test_a_pair_stands_as_last_wished_and_its_events_alternate(wishes: list[bool]) -> None:
    changes: list[EventBody] = []
    version = 0
    for wish in wishes:
        if (event := follow_change(version, wish)) is not None:
            assert event.originator_version == version + 1
            version = event.originator_version
            changes.append(event.body)
        assert is_following(version) == wish
    kinds = [Followed, Unfollowed] * len(changes)
    assert changes == [
        kind(at=AT, follower=2, followee=4) for kind, _ in zip(kinds, changes, strict=False)
    ]


@pytest.mark.parametrize(("version", "following"), [(0, False), (1, True), (2, False), (7, True)])
def test_wishing_for_what_is_so_already_changes_nothing(version: int, following: bool) -> None:
    assert follow_change(version, following) is None


def test_following_back_is_another_thing() -> None:
    assert follow_id(ADA, BOB) != follow_id(BOB, ADA)


@pytest.mark.parametrize("following", [True, False])
def test_nobody_follows_themselves(following: bool) -> None:
    with pytest.raises(CannotFollowYourself):
        change_follow(
            pair=follow_id(ADA, ADA),
            version=0,
            follower=2,
            followee=2,
            following=following,
            at=AT,
        )


@given(text=st.text(min_size=1, max_size=2_000).filter(lambda text: "\0" not in text))
@example(text="\U0001f30a" * 2_000)
@example(text="a \u202e b\r\n\n\tc \x07")
def test_a_post_says_what_was_typed_without_the_space_around_it(text: str) -> None:
    trimmed = text.strip()
    if trimmed:
        assert said(f" \n{text}\t ") == trimmed
    else:
        with pytest.raises(InvalidText):
            said(text)


@pytest.mark.parametrize("text", ["", " \n\t\u3000", "x" * 2_001, "\U0001f30a" * 2_001])
def test_a_text_has_1_to_2000_characters(text: str) -> None:
    with pytest.raises(InvalidText, match="1 to 2000"):
        said(text)


@pytest.mark.parametrize("text", ["\0", "a\0b", "a\0", " \0 "])
def test_a_text_with_a_nul_is_refused(text: str) -> None:
    with pytest.raises(InvalidText, match="NUL"):
        said(text)


@pytest.mark.parametrize("text", ["\ud800", "high \udc00 water"])
def test_half_a_character_is_no_text(text: str) -> None:
    with pytest.raises(InvalidText):
        said(text)


def test_an_author_deletes_their_post_once() -> None:
    post = Post(id=POST, number=9, author=2, version=1)
    event = delete(post, caller=2, at=AT)
    assert event == DomainEvent(POST, 2, Deleted(at=AT, post=9, author=2))


def test_deleting_again_changes_nothing() -> None:
    assert delete(Post(id=POST, number=9, author=2, version=2), caller=2, at=AT) is None


@pytest.mark.parametrize("version", [1, 2])
def test_nobody_deletes_anothers_post_not_even_a_deleted_one(version: int) -> None:
    with pytest.raises(NotTheAuthor):
        delete(Post(id=POST, number=9, author=2, version=version), caller=4, at=AT)
