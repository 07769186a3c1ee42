"""Tables beside events that were put back to a backup: they are of the store's history, or go."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from psycopg.sql import SQL, Identifier

from domain.sealing import HANDLE, PersonKey
from projections.errors import ProjectionUnavailable
from projections.log.errors import StoreUnreachable
from projections.relational.projector import RelationalProjector
from projections.relational.read import RelationalReader
from projections.relational.rows import Standing
from tests.integration.backups import EVENTS_ONLY, Backup
from tests.integration.relational import Relational


def backed_up(relational: Relational, file: Path, what: Sequence[str]) -> Backup:
    """A backup of before somebody followed; and since then, tables are past it."""
    ada = relational.write_model.register(handle="ada", display_name=None).id
    bob = relational.write_model.register(handle="bob", display_name=None).id
    relational.project(relational.projector())
    backup = Backup.of(relational.database_url, file, what)
    for following in (True, False, True):
        relational.write_model.set_following(follower_id=ada, followee_id=bob, following=following)
    relational.project(relational.projector())
    return backup


def project(relational: Relational, projector: RelationalProjector) -> int:
    """Until the tables are where the store is, whatever was cut off meanwhile."""
    try:
        projector.step()
    except StoreUnreachable:
        projector.step()
    return relational.project(projector)


def handles(relational: Relational, generation: int) -> list[object]:
    people = SQL("SELECT id, handle, key FROM {} ORDER BY number").format(
        Identifier(f"slackwater_relational_{generation}", "known_people")
    )
    return [
        PersonKey(key).open(handle, HANDLE, person)
        for person, handle, key in relational.connection.execute(people).fetchall()
    ]


def position(relational: Relational) -> Standing:
    async def ask() -> Standing:
        reader = RelationalReader(relational.database_url)
        try:
            return await reader.position()
        finally:
            await reader.close()

    return asyncio.run(ask())


@pytest.mark.parametrize("written_since", [0, 1, 2])
def test_where_the_events_alone_were_put_back_tables_are_built_from_nothing(
    relational: Relational, tmp_path: Path, written_since: int
) -> None:
    backup = backed_up(relational, tmp_path / "backup.sql", EVENTS_ONLY)
    backup.put_back(cut=False)
    for number in range(written_since):
        relational.write_model.register(handle=f"since_{number}", display_name=None)
    with pytest.raises(ProjectionUnavailable):
        position(relational)
    assert project(relational, relational.projector()) == 2
    since = [f"since_{number}" for number in range(written_since)]
    assert handles(relational, 2) == ["ada", "bob", *since]
    assert relational.rows(2)["follows"] == []
    assert [each.number for each in relational.generations.all()] == [2]
    assert position(relational).position == relational.head()


def test_where_everything_was_put_back_tables_are_of_that_history_and_go_on(
    relational: Relational, tmp_path: Path
) -> None:
    projector = relational.projector()
    backup = backed_up(relational, tmp_path / "backup.sql", ())
    backup.put_back(cut=False)
    relational.write_model.register(handle="since", display_name=None)
    assert position(relational).position == 4
    assert project(relational, projector) == 1
    assert handles(relational, 1) == ["ada", "bob", "since"]
    assert relational.rows(1)["follows"] == []


def test_a_batch_that_was_read_before_is_not_applied_to_the_tables_of_the_backup(
    relational: Relational, tmp_path: Path
) -> None:
    relational.write_model.register(handle="ada", display_name=None)
    zombie = relational.projector()
    relational.project(zombie)
    backup = Backup.of(relational.database_url, tmp_path / "backup.sql")
    relational.write_model.register(handle="lost", display_name=None)
    read_after = zombie._store.read_after

    def read_and_fall_asleep(after: int, limit: int) -> list[object]:
        entries = read_after(after, limit)
        zombie._store.read_after = read_after
        backup.put_back(cut=False)
        relational.write_model.register(handle="since", display_name=None)
        return list(entries)

    zombie._store.read_after = read_and_fall_asleep  # pyright: ignore[reportAttributeAccessIssue]
    assert project(relational, zombie) == 1
    assert handles(relational, 1) == ["ada", "since"]
