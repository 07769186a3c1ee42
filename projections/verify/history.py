"""The log as verification reads it: by SQL alone, what is in quarantine left out."""

import numpy as np
import psycopg
from psycopg.sql import Literal

from projections.verify.errors import CannotTell
from projections.verify.packing import Connection, left_out, read_packed, snapshot, statement

ROW = np.dtype([("position", ">i8"), ("kind", ">i8"), ("a", ">i8"), ("b", ">i8")])

NO_END = 2**63 - 1


def read_facts(connection: Connection, release: int, after: int) -> np.ndarray:
    """Every event above a position, as rows of numbers. Raises CannotTell."""
    try:
        return _read(connection, release, after, NO_END)
    except psycopg.DataError as error:
        position = _first_broken(connection, release, after)
        raise CannotTell(
            f"the payload of the event at position {position} cannot be read: {error}. It needs "
            "the version of Slackwater that wrote it, or to be put into quarantine"
        ) from error


def read_left_out(connection: Connection, release: int) -> list[int]:
    """The positions that a generation leaves out which knows the retries up to this one."""
    return [position for (position,) in connection.execute(left_out(release)).fetchall()]


def check_payloads(url: str, release: int) -> None:
    """Raises CannotTell if there is a payload that cannot be read and is not in quarantine."""
    with snapshot(url) as connection:
        read_facts(connection, release, 0)


def _read(connection: Connection, release: int, after: int, until: int) -> np.ndarray:
    bounds = {"after": Literal(after), "until": Literal(until)}
    with connection.transaction():  # so that a failure leaves the snapshot as it is
        facts = statement("pack_facts", left_out=left_out(release), **bounds)
        return read_packed(connection, facts, ROW)


def _first_broken(connection: Connection, release: int, after: int) -> int:
    """Postgres does not say which row it was: the range is halved until it is found."""
    row = connection.execute("SELECT max(notification_id) FROM slackwater_events").fetchone()
    assert row is not None
    low, high = after, int(row[0])
    while high - low > 1:
        middle = (low + high) // 2
        try:
            _read(connection, release, low, middle)
        except psycopg.DataError:
            high = middle
        else:
            low = middle
    return high
