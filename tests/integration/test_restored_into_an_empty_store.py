"""A history comes into a store that a relay is already waiting at."""

import psycopg

from tests.integration.pipeline import Pipeline
from tests.integration.restored_store import assert_equal_to_history, register, settle


def test_it_is_carried_under_its_own_name(pipeline: Pipeline, database_url: str) -> None:
    settle(pipeline)
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE slackwater_epoch SET epoch = 'another'")
    register(pipeline, "somebody")
    settle(pipeline)
    assert pipeline.stream.epoch() == pipeline.store.epoch()
    assert_equal_to_history(pipeline, database_url)
