"""Whole columns out of Postgres: numbers packed there, so that Python need not look at each."""

from importlib.resources import files

import numpy as np
import psycopg
from psycopg.sql import SQL, Composable, Composed

from projections.verify.errors import CannotTell


def statement(name: str, **values: Composable) -> Composed:
    """The statement of the .sql file of this name, with the values filled in."""
    text = files("projections.verify").joinpath(f"{name}.sql").read_text(encoding="utf-8")
    return SQL(text).format(**values)  # pyright: ignore[reportArgumentType] - a file of ours


def read_packed(url: str, select: Composed, row: np.dtype[np.void]) -> np.ndarray:
    """What a statement returns that packs many rows into each value. Raises CannotTell.

    Numbers are written as PostgreSQL sends them: big-endian (int8send, uuid_send).
    """
    try:
        with psycopg.connect(url, application_name="slackwater verify") as connection:
            packed = connection.cursor(binary=True).execute(select).fetchall()
    except psycopg.Error as error:
        raise CannotTell(f"history cannot be read from the event store: {error}") from error
    return np.frombuffer(b"".join(block for (block,) in packed), row)
