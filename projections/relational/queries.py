"""This projection's queries, each from the .sql file of its name, with the tables filled in."""

from functools import cache
from importlib.resources import files

from psycopg.sql import SQL, Composed, Identifier, Literal

from projections.relational.keys import RELATIONAL

GENERATIONS_TABLE = "slackwater_relational_generations"
APPLIED_TABLE = "slackwater_relational_applied"
TRACKING_TABLE = "slackwater_tracking"
TRACKING_PREFIX = f"{RELATIONAL}/"
_PUBLIC = "public"


def application_name(generation: int) -> str:
    """Under which name the checkpoint of a generation is tracked."""
    return f"{TRACKING_PREFIX}{generation}"


@cache
def query(name: str, generation: int | None = None) -> Composed:
    """The named query, ready to execute; with the tables of a generation if one is given."""
    text = files("projections.relational").joinpath(f"{name}.sql").read_text(encoding="utf-8")
    names: dict[str, Identifier | Literal] = {
        "generations": Identifier(_PUBLIC, GENERATIONS_TABLE),
        "tracking": Identifier(_PUBLIC, TRACKING_TABLE),
        "applied": Identifier(_PUBLIC, APPLIED_TABLE),
        "prefix": Literal(TRACKING_PREFIX),
        "events": Identifier(_PUBLIC, "slackwater_events"),
        "epoch": Identifier(_PUBLIC, "slackwater_epoch"),
        "quarantine": Identifier(_PUBLIC, "slackwater_quarantine"),
    }
    if generation is not None:
        schema = f"slackwater_relational_{generation}"
        names["schema"] = Identifier(schema)
        names |= {table: Identifier(schema, table) for table in ("people", "posts", "follows")}
        names["known_people"] = Identifier(schema, "known_people")
    return SQL(text).format(**names)  # pyright: ignore[reportArgumentType] - a file of ours
