"""Whole columns out of Postgres: rows of one width, taken as they come over the wire."""

from importlib.resources import files

import numpy as np
import psycopg
from psycopg.sql import SQL, Composable, Composed

from projections.verify.errors import CannotTell

_HEADER_BYTES = 19
_TRAILER_BYTES = 2


def statement(name: str, **values: Composable) -> Composed:
    """The statement of the .sql file of this name, with the values filled in."""
    text = files("projections.verify").joinpath(f"{name}.sql").read_text(encoding="utf-8")
    return SQL(text).format(**values)  # pyright: ignore[reportArgumentType] - a file of ours


def copy_rows(url: str, copy_statement: Composed, row: np.dtype[np.void]) -> np.ndarray:
    """What a binary COPY returns, as an array of `row`. Raises CannotTell.

    Format: PostgreSQL documentation, COPY, "Binary Format"; no field may be null.
    """
    try:
        with (
            psycopg.connect(url, application_name="slackwater verify") as connection,
            connection.cursor().copy(copy_statement) as copy,
        ):
            data = b"".join(bytes(message) for message in copy)
    except psycopg.Error as error:
        raise CannotTell(f"history cannot be read from the event store: {error}") from error
    return np.frombuffer(data[_HEADER_BYTES:-_TRAILER_BYTES], row)
