"""Events spoiled in each way in which an event can be unreadable; what is left of a log then."""

import json
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from domain.codec import CODEC, Payload
from domain.events import Deleted, EventBody, Followed, Published, Unfollowed
from projections.log.entry import Entry

Spoil = Callable[[Entry], Entry]

SECRET = "what nobody but its readers may see"


def unknown_topic(entry: Entry) -> Entry:
    return replace(entry, topic="nobody.knows")


def newer_version(entry: Entry) -> Entry:
    return replace(entry, state=_payload(entry, v=99))


def not_json(entry: Entry) -> Entry:
    return replace(entry, state=entry.state[:-1])


def not_utf8(entry: Entry) -> Entry:
    return replace(entry, state=_payload(entry, text=SECRET).replace(SECRET[:1].encode(), b"\xff"))


def unknown_field(entry: Entry) -> Entry:
    return replace(entry, state=_payload(entry, mood=SECRET))


def field_of_another_type(entry: Entry) -> Entry:
    numbers = "author", "follower", "post"
    return replace(
        entry, state=_payload(entry, at=SECRET, **{n: SECRET for n in numbers if _has(entry, n)})
    )


def field_missing(entry: Entry) -> Entry:
    kept = dict(list(json.loads(entry.state).items())[:2])
    return replace(entry, state=json.dumps(kept).encode())


def version_whose_upcaster_raises(entry: Entry) -> Entry:
    """With `upcasters_that_raise`."""
    return replace(entry, state=_payload(entry, v=0))


SPOILS: Sequence[Spoil] = (
    unknown_topic,
    newer_version,
    not_json,
    not_utf8,
    unknown_field,
    field_of_another_type,
    field_missing,
    version_whose_upcaster_raises,
)


@contextmanager
def upcasters_that_raise() -> Generator[None]:
    """Meanwhile the codec has upcasters from version 0 with a bug."""

    def with_a_bug(payload: Payload) -> Payload:
        raise ZeroDivisionError(str(payload))

    theirs = {(topic, 0): with_a_bug for topic in CODEC._decoders}
    CODEC._upcasters.update(theirs)
    yield
    for key in theirs:
        del CODEC._upcasters[key]


def left_of(entries: Sequence[Entry], spoiled: set[int]) -> list[Entry]:
    """A sound log without the events at these positions, and without those that name them."""
    return [
        entry
        for entry in entries
        if entry.position not in spoiled and spoiled.isdisjoint(named_in(entry.body))
    ]


def named_in(body: EventBody) -> list[int]:
    """The people and posts that an event names by number."""
    match body:
        case Published():
            return [body.author]
        case Deleted():
            return [body.author, body.post]
        case Followed() | Unfollowed():
            return [body.follower, body.followee]
        case _:
            return []


def _payload(entry: Entry, **changed: object) -> bytes:
    return json.dumps(json.loads(entry.state) | changed).encode()


def _has(entry: Entry, name: str) -> bool:
    return name in json.loads(entry.state)
