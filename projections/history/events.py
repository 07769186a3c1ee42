"""The log read in bulk: thousands of events of one topic decoded at once; where that cannot be,
with COPY and one by one.

Format: PostgreSQL documentation, COPY, "Binary Format". Each row comes as one message.
"""

import struct
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import LiteralString, cast

import msgspec
import numpy as np
import psycopg
from msgspec.structs import replace
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Literal

from domain.codec import CODEC
from domain.events import EventBody
from projections.log.errors import StoreUnreachable

BodyOf = Callable[[int, bytes, str, bytes], EventBody]
"""What the event with this position, aggregate, topic and payload says. Raises UnreadableEvent."""

POSITIONS_AT_ONCE = 16_384
"""Some MB of payloads."""

_PLACE = np.dtype([("position", ">i8"), ("originator_id", "V16")])

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_NO_ROW = (b"", b"\xff\xff")
"""What is left of the header if it comes by itself, and the trailer."""

# A row: the number of fields, then for each its length and content. The first two fields are of
# one width; after them comes the length of the topic.
_ROW_HEAD = struct.Struct(">2x 4x q 4x 16s i")


class Event(msgspec.Struct, frozen=True, gc=False):
    """An event as the bulk paths take it; `originator_id` is the 16 bytes of the UUID, `key` that
    of the person whom it registers, unless they are erased.
    """

    position: int
    originator_id: bytes
    body: EventBody
    key: bytes = b""


def decoded(_: int, __: bytes, topic: str, state: bytes) -> EventBody:
    """As it was written down."""
    return CODEC.decode(topic, state)


def read_events(
    url: str, after: int, until: int, body_of: BodyOf, may_decode: Callable[[], bool]
) -> Iterator[Event]:
    """The events above `after` up to `until`, oldest first.

    While `may_decode` says so, what all of them say is what they say by themselves; otherwise, and
    where something cannot be read, `body_of` is asked of each.
    Raises StoreUnreachable, and UnreadableEvent at an event that cannot be read.
    """
    text, select_keys = _text("pack_events"), _text("select_keys")
    with ThreadPoolExecutor(1, "history") as beside, _store(url) as connection:

        def fetch(low: int) -> tuple[list[tuple[str, bytes, bytes]], dict[int, bytes]]:
            bounds = {"after": low, "until": min(low + POSITIONS_AT_ONCE, until)}
            cursor = connection.cursor(binary=True)
            packed = cursor.execute(text, bounds).fetchall()
            return packed, dict(cursor.execute(select_keys, bounds).fetchall())

        # While some are decoded, the next are on their way.
        coming = beside.submit(fetch, after)
        for low in range(after, until, POSITIONS_AT_ONCE):
            high = low + POSITIONS_AT_ONCE
            (packed, keys), coming = coming.result(), beside.submit(fetch, high)
            events = _events(packed) if may_decode() else None
            if events is None:
                yield from _keyed(copy_events(url, low, min(high, until), body_of), keys)
            else:
                yield from _keyed(events, keys)


def _keyed(events: Iterable[Event], keys: Mapping[int, bytes]) -> Iterable[Event]:
    """The same, with these keys at their positions."""
    if not keys:
        return events
    return (
        replace(event, key=keys[event.position]) if event.position in keys else event
        for event in events
    )


def _text(name: str) -> LiteralString:
    """A statement of ours."""
    path = files("projections.history").joinpath(f"{name}.sql")
    return cast("LiteralString", path.read_text(encoding="utf-8"))


def _events(packed: Sequence[tuple[str, bytes, bytes]]) -> list[Event] | None:
    """All of them, in their order; None if one cannot be read so."""
    places = np.frombuffer(b"".join(place for _, place, _ in packed), _PLACE)
    bodies: list[EventBody] = []
    for topic, _, states in packed:
        decoded_at_once = CODEC.decode_joined(topic, states)
        if decoded_at_once is None:
            return None
        bodies += decoded_at_once
    if len(bodies) != len(places):
        return None
    positions, originators = places["position"].tolist(), places["originator_id"].tolist()
    return [
        Event(positions[at], originators[at], bodies[at])
        for at in np.argsort(places["position"]).tolist()
    ]


def copy_events(url: str, after: int, until: int, body_of: BodyOf = decoded) -> Iterator[Event]:
    """The events above `after` up to `until`, oldest first.

    Raises StoreUnreachable, and UnreadableEvent at an event that cannot be read.
    """
    statement = SQL(_text("copy_events")).format(after=Literal(after), until=Literal(until))
    with _store(url) as connection, connection.cursor().copy(statement) as copy:
        for message in copy:
            row = bytes(message).removeprefix(_HEADER)
            if row not in _NO_ROW:
                yield _event(row, body_of)


@contextmanager
def _store(url: str) -> Generator[psycopg.Connection[TupleRow]]:
    """Raises StoreUnreachable."""
    try:
        with psycopg.connect(url, application_name="slackwater rebuild") as connection:
            yield connection
    except psycopg.Error as error:
        raise StoreUnreachable(f"the event store does not answer: {error}") from error


def _event(row: bytes, body_of: BodyOf) -> Event:
    position, originator_id, topic_length = _ROW_HEAD.unpack_from(row)
    topic_end = _ROW_HEAD.size + topic_length
    topic = _topic(row[_ROW_HEAD.size : topic_end])
    body = body_of(position, originator_id, topic, row[topic_end + 4 :])
    return Event(position, originator_id, body)


@cache
def _topic(encoded: bytes) -> str:
    return encoded.decode()
