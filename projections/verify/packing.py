"""Whole columns out of Postgres: numbers packed there, so that Python need not look at each."""

from collections.abc import Generator
from contextlib import contextmanager
from importlib.resources import files

import numpy as np
import psycopg
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Composable, Composed, Literal

from projections.verify.errors import CannotTell

Connection = psycopg.Connection[TupleRow]


def statement(name: str, **values: Composable) -> Composed:
    """The statement of the .sql file of this name, with the values filled in."""
    text = files("projections.verify").joinpath(f"{name}.sql").read_text(encoding="utf-8")
    return SQL(text).format(**values)  # pyright: ignore[reportArgumentType] - a file of ours


def left_out(release: int) -> Composed:
    """The part of a statement that selects what such a generation leaves out."""
    return statement("left_out", release=Literal(release))


@contextmanager
def snapshot(url: str) -> Generator[Connection]:
    """History at one instant. Raises CannotTell."""
    try:
        with psycopg.connect(url, application_name="slackwater verify") as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            yield connection
    except psycopg.Error as error:
        raise CannotTell(f"history cannot be read from the event store: {error}") from error


def read_packed(connection: Connection, select: Composed, row: np.dtype[np.void]) -> np.ndarray:
    """What a statement returns that packs many rows into each value.

    Numbers are written as PostgreSQL sends them: big-endian (int8send, uuid_send).
    """
    packed = connection.cursor(binary=True).execute(select).fetchall()
    return np.frombuffer(b"".join(block for (block,) in packed), row)
