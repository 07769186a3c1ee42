"""What every test relies on: its database is empty and its own, however it was used before."""

import psycopg
import pytest

from command_api.application import Slackwater
from tests.integration.pipeline import Pipeline
from tests.servers import Databases

TABLES = """
    SELECT count(*) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'
"""


def test_one_that_was_used_is_empty_for_the_next_and_closed_to_who_had_it(
    databases: Databases,
) -> None:
    with databases.empty() as used:
        write_model = Slackwater(used)
        write_model.open()
        write_model.register(handle="ada", display_name=None)
        left_open = psycopg.connect(used, autocommit=True)
        left_open.execute("CREATE SCHEMA another CREATE TABLE left_behind ()")
        write_model.close()
    with databases.empty() as url, psycopg.connect(url) as connection:
        assert connection.execute(TABLES).fetchone() == (0,)
        assert connection.execute("SELECT to_regnamespace('public')").fetchone() != (None,)
        with pytest.raises(psycopg.OperationalError):
            left_open.execute("SELECT 1")
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(used)


@pytest.mark.parametrize("time", ["first", "second"])
def test_the_history_that_many_begin_with_is_the_same_each_time(
    lived_in: Pipeline, time: str
) -> None:
    assert lived_in.slowest_position() == lived_in.head() == lived_in.stream.last_position() > 100
    ada = lived_in.write_model.register(handle=f"{time}_time", display_name=None)
    lived_in.carry()
    lived_in.project(lived_in.projector())
    lived_in.write_model.publish(author_id=ada.id, text="nobody else sees this")
