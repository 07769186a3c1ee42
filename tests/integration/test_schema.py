"""`slackwater schema` makes the tables before anything runs, and leaves alone what is there."""

import psycopg
from typer.testing import CliRunner, Result

from launcher.cli import app
from launcher.settings import environment_name

TABLES = """
    SELECT relname FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname
"""


def schema(database_url: str) -> Result:
    return CliRunner().invoke(app, ["schema"], env={environment_name("database_url"): database_url})


def tables(database_url: str) -> list[str]:
    with psycopg.connect(database_url) as connection:
        return [name for (name,) in connection.execute(TABLES)]


def test_it_makes_every_table_that_processes_share(database_url: str) -> None:
    assert tables(database_url) == []
    assert schema(database_url).exit_code == 0
    assert {
        "slackwater_commands",
        "slackwater_epoch",
        "slackwater_events",
        "slackwater_quarantine",
        "slackwater_relational_generations",
    } <= set(tables(database_url))


def test_run_again_it_changes_nothing(database_url: str) -> None:
    schema(database_url)
    epoch = "SELECT * FROM slackwater_epoch"
    with psycopg.connect(database_url) as connection:
        before = connection.execute(epoch).fetchall()
        assert len(before) == 1
        assert schema(database_url).exit_code == 0
        assert connection.execute(epoch).fetchall() == before


def test_it_says_so_if_postgres_is_away() -> None:
    done = schema("postgresql://nobody@127.0.0.1:1/none")
    assert done.exit_code == 1
    assert "the tables cannot be made in Postgres" in done.output
