"""No event is changed or removed: Postgres refuses it, to the owner of the table as well."""

from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

from command_api.application import Slackwater
from projections.log.store import Store
from tests.integration.backups import Backup
from tests.rewriting import rewriting

REWRITING: list[LiteralString] = [
    "UPDATE slackwater_events SET state = 'x'",
    "UPDATE slackwater_events SET state = 'x' WHERE false",
    "DELETE FROM slackwater_events",
    "TRUNCATE slackwater_events",
    "TRUNCATE slackwater_commands, slackwater_events",
    """
    INSERT INTO slackwater_events SELECT * FROM slackwater_events
    ON CONFLICT (notification_id) DO UPDATE SET state = 'x'
    """,
    """
    MERGE INTO slackwater_events USING (VALUES (1)) AS one (position)
    ON notification_id = position WHEN MATCHED THEN DELETE
    """,
]


@pytest.mark.parametrize("statement", REWRITING)
def test_its_owner_cannot_rewrite_an_event(
    write_model: Slackwater, store: Store, database_url: str, statement: LiteralString
) -> None:
    write_model.register(handle="ada", display_name=None)
    before = store.read_after(0, 10)
    assert before
    with (
        psycopg.connect(database_url) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="never changed or removed"),
    ):
        connection.execute(statement)
    assert store.read_after(0, 10) == before


def test_a_store_of_before_is_guarded_from_its_next_start(database_url: str) -> None:
    first = Slackwater(database_url)
    first.open()
    first.close()
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("DROP FUNCTION slackwater_refuse_rewriting CASCADE")
        connection.execute("DELETE FROM slackwater_events")
        second = Slackwater(database_url)
        second.open()
        assert second.epoch == first.epoch
        second.close()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM slackwater_events")


def test_a_backup_is_put_back_and_guarded_again(
    write_model: Slackwater, store: Store, database_url: str, tmp_path: Path
) -> None:
    write_model.register(handle="ada", display_name=None)
    before = store.read_after(0, 10)
    backup = Backup.of(database_url, tmp_path / "backup.sql")
    with psycopg.connect(database_url, autocommit=True) as connection, rewriting(connection):
        connection.execute("DELETE FROM slackwater_events")
    assert store.read_after(0, 10) == []
    backup.put_back(cut=True)
    with psycopg.connect(database_url, autocommit=True) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM slackwater_events")
        found = connection.execute("SELECT count(*) FROM slackwater_events").fetchone()
    assert found == (len(before),)
