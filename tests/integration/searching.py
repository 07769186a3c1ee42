"""Looks through everything that is kept, wherever it is, as whoever gets hold of a copy would."""

import gzip
from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import psycopg
from psycopg.sql import SQL, Identifier
from redis import Redis

TABLES = """
    SELECT table_schema, table_name FROM information_schema.tables
    WHERE table_schema !~ '^(pg_|information_schema)' AND table_type = 'BASE TABLE'
"""


def copies_of(database_url: str, redis: Redis, *places: Path) -> dict[str, bytes]:
    """Everything there, by where it stands."""
    found: dict[str, bytes] = {}
    with psycopg.connect(database_url) as connection:
        for schema, table in connection.execute(TABLES).fetchall():
            copy = SQL("COPY {} TO STDOUT").format(Identifier(schema, table))
            with connection.cursor().copy(copy) as rows:
                found[f"{schema}.{table}"] = b"".join(map(bytes, rows))
    redis.config_set("rdbcompression", "no")  # so that DUMP shows what is there
    for key in cast("list[bytes]", redis.keys("*")):
        # As it stands in memory and in any copy of it: what a command shows may be less.
        found[f"redis {key!r}"] = key + cast("bytes", redis.dump(key)) + _value(redis, key)
    for file in (file for place in places for file in _files(place)):
        content = file.read_bytes()
        found[str(file)] = gzip.decompress(content) if file.suffix == ".gz" else content
    return found


def places_of(copies: dict[str, bytes], needles: Iterable[bytes]) -> set[str]:
    """Where one of these is found, as it is or in base64 or hexadecimal digits."""
    forms = [
        form
        for needle in needles
        for form in (needle, b64encode(needle).rstrip(b"="), needle.hex().encode())
    ]
    return {place for place, copy in copies.items() if any(form in copy for form in forms)}


def _value(redis: Redis, key: bytes) -> bytes:
    command, *bounds = {
        b"string": ("GET",),
        b"hash": ("HGETALL",),
        b"list": ("LRANGE", 0, -1),
        b"set": ("SMEMBERS",),
        b"zset": ("ZRANGE", 0, -1),
        b"stream": ("XRANGE", "-", "+"),
    }[cast("bytes", redis.type(key))]
    value: Any = redis.execute_command(command, key, *bounds)
    return value if isinstance(value, bytes) else b" ".join(_parts(value))


def _parts(value: Any) -> list[bytes]:
    if isinstance(value, bytes):
        return [value]
    if isinstance(value, dict):
        pairs = cast("dict[Any, Any]", value)
        return [part for pair in pairs.items() for part in _parts(pair)]
    return [part for each in value for part in _parts(each)]


def _files(place: Path) -> Iterable[Path]:
    return [place] if place.is_file() else [path for path in place.rglob("*") if path.is_file()]
