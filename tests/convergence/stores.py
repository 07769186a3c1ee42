"""Random histories in a real event store, and the tables that are derived from them."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from projections.log.entry import Entry
from projections.relational.queries import GENERATIONS_TABLE, TRACKING_TABLE
from tests.rewriting import rewriting

Connection = psycopg.Connection[TupleRow]
Rows = dict[str, list[TupleRow]]
TABLES = ("people", "posts", "follows")


def put_into_store(connection: Connection, entries: Sequence[Entry]) -> None:
    """Makes these entries the store's whole history, holes and all."""
    versions: Counter[Any] = Counter()
    with rewriting(connection):
        connection.execute("TRUNCATE slackwater_events")
    append(connection, entries, versions)


def append(connection: Connection, entries: Sequence[Entry], versions: Counter[Any]) -> None:
    """Puts entries behind those that are there; `versions` counts those of each aggregate."""
    statement = (
        "COPY slackwater_events (originator_id, originator_version, topic, state, notification_id)"
        " FROM STDIN"
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for entry in entries:
            versions[entry.originator_id] += 1
            copy.write_row(
                (
                    entry.originator_id,
                    versions[entry.originator_id],
                    entry.topic,
                    entry.state,
                    entry.position,
                )
            )


def forget_generations(connection: Connection) -> None:
    """Every generation is gone, as if no projector had ever run here."""
    found = connection.execute(
        sql.SQL("SELECT number FROM {}").format(sql.Identifier(GENERATIONS_TABLE))
    ).fetchall()
    for (number,) in found:
        name = sql.Identifier(f"slackwater_relational_{number}")
        connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(name))
    connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(GENERATIONS_TABLE)))
    connection.execute(
        sql.SQL("DELETE FROM {} WHERE application_name LIKE 'relational/%'").format(
            sql.Identifier(TRACKING_TABLE)
        )
    )


def rows_of(connection: Connection, generation: int) -> Rows:
    """Every row of every table of a generation, and under "position" where it stands."""
    found = {
        table: connection.execute(
            sql.SQL("SELECT * FROM {} ORDER BY 1, 2, 3").format(
                sql.Identifier(f"slackwater_relational_{generation}", table)
            )
        ).fetchall()
        for table in TABLES
    }
    found["position"] = connection.execute(
        sql.SQL("SELECT notification_id FROM {} WHERE application_name = %s").format(
            sql.Identifier(TRACKING_TABLE)
        ),
        (f"relational/{generation}",),
    ).fetchall()
    return found
