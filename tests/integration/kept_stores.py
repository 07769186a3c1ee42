"""A store that is kept, and what a backup of it is compared by."""

import random
from typing import Any
from uuid import uuid4

import psycopg

from command_api.application import Slackwater
from command_api.commands import publish
from command_api.event_store.backup.tables import TABLES
from tests.integration.two_sources import live

EVENTS = "SELECT * FROM slackwater_events ORDER BY notification_id"
EPOCH = "SELECT epoch, replaces FROM slackwater_epoch"


def fill_with_odd_things(write_model: Slackwater, database_url: str) -> None:
    """A history with odd texts, a remembered command, and an event in quarantine."""
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    somebody = live(write_model, random.Random(seed), people=6, deeds=120).people[0]
    write_model.publish(author_id=somebody, text="tab\tline\nback\\slash \\. 🌊 \\n")
    write_model.execute(publish(person=somebody, text="with a key", key="once"))
    write_model.erase(write_model.register(handle="gone", display_name=None).id)
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO slackwater_quarantine (position, originator_id, topic, reason) "
            "VALUES (3, %s, 'post.published', 'not to be read')",
            (uuid4(),),
        )


def nobody(table: str, rows: int, positions: int) -> None:
    """Is not told how far it is."""


def rows(database_url: str, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database_url) as connection:
        return connection.execute(statement).fetchall()  # pyright: ignore[reportCallIssue, reportArgumentType]


def everything(database_url: str) -> dict[str, list[tuple[Any, ...]]]:
    return {
        table.name: rows(database_url, f"SELECT * FROM {table.stored_as} ORDER BY {table.order}")
        for table in TABLES
    }
