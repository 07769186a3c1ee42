"""History on disk: what is written today must be readable by every later version."""

from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain import events
from domain.codec import CODEC, Codec, Payload
from domain.errors import UnreadableEvent
from domain.events import (
    Deleted,
    Erased,
    EventBody,
    Followed,
    HandleClaimed,
    Published,
    Registered,
    Unfollowed,
)

AT = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
PERSON = UUID("01900000-0000-7000-8000-000000000001")

HISTORY: dict[str, tuple[bytes, EventBody]] = {
    "handle.claimed": (
        b'{"at":"2026-01-02T03:04:05.678901Z","v":1,"handle":"Ada","person_id":"%s"}'
        % str(PERSON).encode(),
        HandleClaimed(at=AT, handle="Ada", person_id=PERSON),
    ),
    "person.registered": (
        b'{"at":"2026-01-02T03:04:05.678901Z","v":1,"handle":"Ada","display_name":"Ada L."}',
        Registered(at=AT, handle="Ada", display_name="Ada L."),
    ),
    "person.followed": (
        b'{"at":"2026-01-02T03:04:05.678901Z","v":1,"follower":2,"followee":4}',
        Followed(at=AT, follower=2, followee=4),
    ),
    "person.unfollowed": (
        b'{"at":"2026-01-02T03:04:05.678901Z","v":1,"follower":2,"followee":4}',
        Unfollowed(at=AT, follower=2, followee=4),
    ),
    "post.published": (
        b'{"at":"2026-01-02T03:04:05.678901Z","v":1,"author":2,"text":"High water."}',
        Published(at=AT, author=2, text="High water."),
    ),
    "person.erased": (
        b'{"at":"2026-01-02T03:04:05.678901Z","v":1,"person":2}',
        Erased(at=AT, person=2),
    ),
    "post.deleted": (
        b'{"at":"2026-01-02T03:04:05.678901Z","v":1,"post":7,"author":2}',
        Deleted(at=AT, post=7, author=2),
    ),
}
"""Every topic with a payload as it stands in stores out there: never change a line, only add."""

moments = st.datetimes(timezones=st.just(UTC))
numbers = st.integers(min_value=1, max_value=2**63 - 1)
bodies: st.SearchStrategy[EventBody] = st.one_of(
    st.builds(HandleClaimed, at=moments, handle=st.text(), person_id=st.uuids()),
    st.builds(Registered, at=moments, handle=st.text(), display_name=st.text()),
    st.builds(Followed, at=moments, follower=numbers, followee=numbers),
    st.builds(Unfollowed, at=moments, follower=numbers, followee=numbers),
    st.builds(Published, at=moments, author=numbers, text=st.text()),
    st.builds(Deleted, at=moments, post=numbers, author=numbers),
)


class Waited(EventBody, frozen=True, kw_only=True):
    """Version 1 said `wait` in minutes, 2 in seconds, 3 says `wait_ms`."""

    TOPIC: ClassVar[str] = "test.waited"
    VERSION: ClassVar[int] = 3

    wait_ms: int
    v: int = 3


class Turned(EventBody, frozen=True, kw_only=True):
    """Version 1 said `angle` in turns, 2 in degrees: one field, two meanings."""

    TOPIC: ClassVar[str] = "test.turned"
    VERSION: ClassVar[int] = 2

    angle: int
    v: int = 2


def minutes_to_seconds(payload: Payload) -> Payload:
    return payload | {"wait": payload["wait"] * 60}


def seconds_to_milliseconds(payload: Payload) -> Payload:
    seconds = payload.pop("wait")
    return payload | {"wait_ms": seconds * 1000}


def turns_to_degrees(payload: Payload) -> Payload:
    return payload | {"angle": payload["angle"] * 360}


LATER = Codec(
    (Waited, Turned),
    {
        (Waited.TOPIC, 1): minutes_to_seconds,
        (Waited.TOPIC, 2): seconds_to_milliseconds,
        (Turned.TOPIC, 1): turns_to_degrees,
    },
)


@given(body=bodies)
@example(body=Published(at=AT, author=2, text="\U0001f30a \U0010ffff \0 \u2028 \x7f"))
def test_every_event_reads_back_as_it_was_written(body: EventBody) -> None:
    assert CODEC.decode(body.TOPIC, CODEC.encode(body)) == body


def test_the_topics_are_those_of_the_stores_out_there() -> None:
    kinds = [kind for kind in EventBody.__subclasses__() if kind.__module__ == events.__name__]
    assert sorted(kind.TOPIC for kind in kinds) == sorted(HISTORY)
    assert {kind.TOPIC: kind for kind in kinds} == {
        topic: type(body) for topic, (_, body) in HISTORY.items()
    }


@pytest.mark.parametrize("topic", HISTORY)
def test_a_payload_of_the_first_version_is_readable_for_ever(topic: str) -> None:
    state, body = HISTORY[topic]
    assert CODEC.decode(topic, state) == body


@pytest.mark.parametrize("topic", HISTORY)
def test_a_payload_is_written_as_it_always_was(topic: str) -> None:
    state, body = HISTORY[topic]
    assert CODEC.encode(body) == state


@pytest.mark.parametrize("topic", ["", "post.edited", "Post.Published", "domain.events:Published"])
def test_an_unknown_topic_is_unreadable(topic: str) -> None:
    with pytest.raises(UnreadableEvent, match="topic"):
        CODEC.decode(topic, HISTORY["post.published"][0])


@pytest.mark.parametrize(
    "state",
    [
        b"",
        b"null",
        b"[]",
        b'{"at":"2026-01-02T03:04:05Z","v":1,"author":2,"text":"cut o',
        b'{"at":"2026-01-02T03:04:05Z","v":1,"author":2}',
        b'{"at":"2026-01-02T03:04:05Z","v":1,"author":"2","text":"x"}',
        b'{"at":"yesterday","v":1,"author":2,"text":"x"}',
        b'{"at":"2026-01-02T03:04:05Z","v":"1","author":2,"text":"x"}',
        b'{"at":"2026-01-02T03:04:05Z","v":0,"author":2,"text":"x"}',
        b'{"at":"2026-01-02T03:04:05Z","v":1,"author":2,"text":"x","mood":"calm"}',
    ],
)
def test_a_broken_payload_is_unreadable(state: bytes) -> None:
    with pytest.raises(UnreadableEvent, match=r"post\.published"):
        CODEC.decode("post.published", state)


def test_a_payload_that_is_no_utf8_is_unreadable() -> None:
    state = b'{"at":"2026-01-02T03:04:05Z","v":1,"author":2,"text":"\xff"}'
    with pytest.raises(UnreadableEvent, match=r"post\.published"):
        CODEC.decode("post.published", state)


@given(state=st.binary())
def test_noise_is_unreadable_and_nothing_worse(state: bytes) -> None:
    with pytest.raises(UnreadableEvent):
        CODEC.decode("post.published", state)


def test_a_newer_version_is_unreadable_and_says_to_upgrade() -> None:
    state = b'{"at":"2026-01-02T03:04:05Z","v":3,"author":2,"text":"x"}'
    with pytest.raises(UnreadableEvent, match="upgrade"):
        CODEC.decode("post.published", state)


@pytest.mark.parametrize(
    ("version", "wait"), [(1, {"wait": 2}), (2, {"wait": 120}), (3, {"wait_ms": 120_000})]
)
def test_an_old_payload_is_brought_up_one_version_at_a_time(
    version: int, wait: dict[str, Any]
) -> None:
    [(name, amount)] = wait.items()
    state = f'{{"at":"2026-01-02T03:04:05.678901Z","v":{version},"{name}":{amount}}}'
    assert LATER.decode("test.waited", state.encode()) == Waited(at=AT, wait_ms=120_000)


def test_an_old_payload_that_looks_like_a_new_one_is_brought_up_all_the_same() -> None:
    state = b'{"at":"2026-01-02T03:04:05.678901Z","v":1,"angle":2}'
    assert LATER.decode("test.turned", state) == Turned(at=AT, angle=720)


@pytest.mark.parametrize("state", [b'{"v":1}', b'{"v":2,"wait":1}', b'{"wait":1}', b'{"v":-1}'])
def test_an_old_payload_that_cannot_be_brought_up_is_unreadable(state: bytes) -> None:
    with pytest.raises(UnreadableEvent, match=r"test\.waited"):
        LATER.decode("test.waited", state)


def test_two_kinds_of_events_cannot_share_a_topic() -> None:
    with pytest.raises(AssertionError, match="topic"):
        Codec((Published, Published))


def test_a_payload_nested_beyond_all_bounds_is_unreadable() -> None:
    with pytest.raises(UnreadableEvent):
        CODEC.decode("post.published", b'{"v":' + b"[" * 100_000 + b"]" * 100_000 + b"}")
