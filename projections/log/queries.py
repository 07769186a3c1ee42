"""The log's queries, each from the .sql file of its name."""

from functools import cache
from importlib.resources import files

from psycopg.sql import SQL


@cache
def query(name: str) -> SQL:
    """The named query, ready to execute."""
    text = files("projections.log").joinpath(f"{name}.sql").read_text(encoding="utf-8")
    return SQL(text)  # pyright: ignore[reportArgumentType] - a file of ours, not input
