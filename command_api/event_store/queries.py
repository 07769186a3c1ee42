"""The store's queries, each from the .sql file of its name, with the tables filled in."""

from functools import cache
from importlib.resources import files

from psycopg.sql import SQL, Composed, Identifier

EVENTS_TABLE = "slackwater_events"
EPOCH_TABLE = "slackwater_epoch"
QUARANTINE_TABLE = "slackwater_quarantine"
COMMANDS_TABLE = "slackwater_commands"
KEYS_TABLE = "slackwater_keys"
ERASURES_TABLE = "slackwater_erasures"
TRACES_TABLE = "slackwater_traces"


@cache
def query(name: str, *, schema: str = "public", events_table: str = EVENTS_TABLE) -> Composed:
    """The named query, ready to execute."""
    text = files("command_api.event_store").joinpath(f"{name}.sql").read_text(encoding="utf-8")
    # The text is a file of this package, not input.
    return SQL(text).format(  # pyright: ignore[reportArgumentType]
        events=Identifier(schema, events_table),
        epoch=Identifier(schema, EPOCH_TABLE),
        quarantine=Identifier(schema, QUARANTINE_TABLE),
        commands=Identifier(schema, COMMANDS_TABLE),
        keys=Identifier(schema, KEYS_TABLE),
        erasures=Identifier(schema, ERASURES_TABLE),
        traces=Identifier(schema, TRACES_TABLE),
        commands_by_age=Identifier(f"{COMMANDS_TABLE}_by_age"),
        commands_by_person=Identifier(f"{COMMANDS_TABLE}_by_person"),
        commands_person_index=Identifier(schema, f"{COMMANDS_TABLE}_by_person"),
        commands_age_index=Identifier(schema, f"{COMMANDS_TABLE}_by_age"),
        events_position_index=Identifier(schema, f"{events_table}_notification_id_idx"),
        refuse_rewriting=Identifier(schema, "slackwater_refuse_rewriting"),
    )
