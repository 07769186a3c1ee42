"""Writes a whole history into an empty event store with COPY: all of it, or nothing.

Format: PostgreSQL documentation, COPY, "Binary Format". The store's indexes are made anew at the
end, as pg_restore does it: row by row, random ids would cost several times as long.
"""

import struct
from collections.abc import Callable, Iterable, Iterator
from importlib.resources import files

import psycopg
from psycopg.sql import SQL, Composed, Literal

from domain.codec import CODEC
from launcher.errors import LaunchError
from launcher.scale.history import Positioned
from projections.progress import Progress

BYTES_AT_ONCE = 1 << 20
INDEX_MEMORY = "512MB"
"""Of this one session, while it builds the indexes."""

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_ROW_HEAD = struct.Struct(">h i16s iq i")
_LENGTH = struct.Struct(">i")
_ROW_TAIL = struct.Struct(">iq")
_COLUMNS = 5

GoOn = Callable[[], object]
"""Raises if it is to end here."""


class StoreNotEmpty(LaunchError):
    """There is a history already, which is not ours to mix with another."""


def write_history(
    database_url: str, events: Iterable[Positioned], total: int, progress: Progress, go_on: GoOn
) -> int:
    """Returns the last position. Raises StoreNotEmpty, psycopg.Error, and what `go_on` raises."""
    last = 0
    with psycopg.connect(database_url, application_name="slackwater bench") as connection:
        connection.execute(_query("claim_store"))
        [holds_events] = connection.execute(_query("has_events")).fetchone() or (True,)
        if holds_events:
            raise StoreNotEmpty(
                "this event store has a history already: name an empty --data-dir, or none"
            )
        indexes = connection.execute(_query("select_indexes")).fetchall()
        for drop, _ in indexes:
            connection.execute(drop)
        progress.begin("writing", total)
        with connection.cursor() as cursor, cursor.copy(_query("copy_in")) as copy:
            copy.write(_HEADER)
            for last, block in blocks(events):
                go_on()
                copy.write(block)
                progress.at(last, f"{last:,} of {total:,} events")
            copy.write(_TRAILER)
        progress.begin("indexing", None)
        connection.execute(SQL("SET LOCAL maintenance_work_mem = {}").format(Literal(INDEX_MEMORY)))
        for _, create in indexes:
            go_on()
            connection.execute(create)
        connection.execute(_query("advance_positions", last=Literal(last)))
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE) slackwater_events")
    return last


def blocks(events: Iterable[Positioned]) -> Iterator[tuple[int, bytes]]:
    """Rows, about BYTES_AT_ONCE together, and the last position among them."""
    rows: list[bytes] = []
    size = position = 0
    for position, event in events:
        topic, state = event.body.TOPIC.encode(), CODEC.encode(event.body)
        rows += (
            _ROW_HEAD.pack(
                _COLUMNS, 16, event.originator_id.bytes, 8, event.originator_version, len(topic)
            ),
            topic,
            _LENGTH.pack(len(state)),
            state,
            _ROW_TAIL.pack(8, position),
        )
        size += _ROW_HEAD.size + len(state)
        if size >= BYTES_AT_ONCE:
            yield position, b"".join(rows)
            rows, size = [], 0
    if rows:
        yield position, b"".join(rows)


def _query(name: str, **values: Literal) -> Composed:
    text = files("launcher.scale").joinpath(f"{name}.sql").read_text(encoding="utf-8")
    return SQL(text).format(**values)  # pyright: ignore[reportArgumentType] - a file of ours
