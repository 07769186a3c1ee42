"""Spoils an event that stands in a real event store, and mends it again."""

from collections.abc import Generator
from contextlib import contextmanager

import psycopg

from projections.log.store import Store
from tests.convergence.poisons import Spoil
from tests.rewriting import rewriting

SPOILED = "UPDATE slackwater_events SET topic = %s, state = %s WHERE notification_id = %s"


@contextmanager
def spoiled(database_url: str, position: int, spoil: Spoil) -> Generator[None]:
    """Inside, the event at this position cannot be read. Afterwards it is as it was."""
    store = Store(database_url, application="slackwater tests")
    [entry] = store.read_up_to(position - 1, position)
    store.close()
    worse = spoil(entry)
    with psycopg.connect(database_url, autocommit=True) as connection:
        with rewriting(connection):
            connection.execute(SPOILED, (worse.topic, worse.state, position))
        yield
        with rewriting(connection):
            connection.execute(SPOILED, (entry.topic, entry.state, position))
