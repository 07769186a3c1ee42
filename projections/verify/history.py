"""The log as verification reads it: what is in quarantine left out, payloads taken apart by a
reader of its own, which knows nothing of the codec."""

from datetime import datetime

import msgspec
import numpy as np
from psycopg.sql import Literal

from projections.verify.errors import CannotTell
from projections.verify.packing import Connection, left_out, snapshot, statement

ROW = np.dtype([("position", "i8"), ("kind", "i8"), ("a", "i8"), ("b", "i8")])

UNKNOWN = -1
"""As a kind: of a topic or a version that is not known here."""

SEALABLE = (0, 1, 2)
"""Kinds with a second version, in which texts are sealed. They are not opened here."""

POSITIONS_AT_ONCE = 16_384
"""Keeps what is on its way small, some MB, however long history is."""

_PLACE = np.dtype([("position", ">i8"), ("kind", ">i8")])


class _Payload(msgspec.Struct, gc=False):
    """Whatever any kind of event says. The texts are not needed: they have to be readable."""

    v: int | None = 1
    at: datetime | None = None
    author: int | None = 0
    follower: int | None = 0
    person: int | None = 0
    post: int | None = 0
    followee: int | None = 0
    text: str | None = None
    handle: str | None = None
    display_name: str | None = None


_PAYLOADS = msgspec.json.Decoder(list[tuple[_Payload]])


class _BrokenPayload(Exception):
    """Somewhere in what was read."""


def read_facts(connection: Connection, release: int, after: int) -> np.ndarray:
    """Every event above a position, as rows of numbers. Raises CannotTell.

    a, b: what two of the payload's fields say: author and post, follower and followee, or who is
    erased.
    """
    row = connection.execute("SELECT max(notification_id) FROM slackwater_events").fetchone()
    end = after if row is None or row[0] is None else int(row[0])
    parts = [np.empty(0, ROW)]
    for low in range(after, end, POSITIONS_AT_ONCE):
        high = min(low + POSITIONS_AT_ONCE, end)
        try:
            parts.append(_read(connection, release, low, high))
        except _BrokenPayload as error:
            position = _first_broken(connection, release, low, high)
            raise CannotTell(
                f"the payload of the event at position {position} cannot be read: {error}. It "
                "needs the version of Slackwater that wrote it, or to be put into quarantine"
            ) from error
    return np.concatenate(parts)


def read_left_out(connection: Connection, release: int) -> list[int]:
    """The positions that a generation leaves out which knows the retries up to this one."""
    return [position for (position,) in connection.execute(left_out(release)).fetchall()]


def check_payloads(url: str, release: int) -> None:
    """Raises CannotTell if there is a payload that cannot be read and is not in quarantine."""
    with snapshot(url) as connection:
        read_facts(connection, release, 0)


def _read(connection: Connection, release: int, after: int, until: int) -> np.ndarray:
    """Raises _BrokenPayload."""
    bounds = {"after": Literal(after), "until": Literal(until)}
    facts = statement("pack_facts", left_out=left_out(release), **bounds)
    row = connection.cursor(binary=True).execute(facts).fetchone()
    assert row is not None, "an aggregate has one row"
    if row[0] is None:
        return np.empty(0, ROW)
    places = np.frombuffer(row[0], _PLACE)
    payloads = _decoded(row[1])
    if len(payloads) != len(places):
        raise _BrokenPayload("it is not one object")
    rows = np.empty(len(places), ROW)
    rows["position"], rows["kind"] = places["position"], places["kind"]
    versions = np.array([1 if one.v is None else one.v for (one,) in payloads])
    newest = np.where(np.isin(rows["kind"], SEALABLE), 2, 1)
    rows["kind"][(versions < 1) | (versions > newest)] = UNKNOWN
    rows["a"] = [one.author or one.follower or one.person or 0 for (one,) in payloads]
    rows["b"] = [one.post or one.followee or 0 for (one,) in payloads]
    return rows


def _decoded(packed: bytes) -> list[tuple[_Payload]]:
    try:
        return _PAYLOADS.decode(b"[[%s]]" % packed)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _BrokenPayload(str(error)) from error


def _first_broken(connection: Connection, release: int, low: int, high: int) -> int:
    """The range is halved until one is left."""
    while high - low > 1:
        middle = (low + high) // 2
        try:
            _read(connection, release, low, middle)
        except _BrokenPayload:
            high = middle
        else:
            low = middle
    return high
