"""Verification and rebuild of the relational projection, against the log, on a real Postgres."""

import threading
from typing import Any

import psycopg
import pytest

from projections.log.store import Store
from projections.progress import Silence
from projections.rebuild.relational import RelationalRebuild
from projections.relational.generations import RelationalGenerations
from projections.verify.errors import CannotTell
from projections.verify.findings import What
from projections.verify.inspection import Sample
from projections.verify.tables import TablesInspection
from tests.integration.pipeline import Pipeline
from tests.integration.relational import Relational

TABLES = "slackwater_relational_1"

CORRUPTIONS = {
    "a post is gone": ("post", What.MISSING, "DELETE FROM {t}.posts WHERE number = {post}"),
    "a post came from nowhere": (
        "post", What.EXTRA,
        "INSERT INTO {t}.posts VALUES (999999, gen_random_uuid(), 2, 'x', now(), NULL)",
    ),
    "a deletion was forgotten": (
        "post", What.CHANGED,
        "UPDATE {t}.posts SET deleted_position = NULL WHERE number = {deleted}",
    ),
    "a text was changed": (
        "post", What.CHANGED, "UPDATE {t}.posts SET text = 'other' WHERE number = {post}"
    ),
    "a follow never ends": (
        "follow", What.CHANGED,
        "UPDATE {t}.follows SET to_position = NULL WHERE to_position = {end}",
    ),
    "a follow is gone": (
        "follow", What.MISSING, "DELETE FROM {t}.follows WHERE to_position = {end}"
    ),
    "a name was changed": ("person", What.CHANGED, "UPDATE {t}.people SET handle = 'eve'"),
}  # fmt: skip


NEWEST_ENDS = """
    SELECT (SELECT max(number) FROM slackwater_relational_1.posts WHERE deleted_position > 0),
        (SELECT max(to_position) FROM slackwater_relational_1.follows)
"""


@pytest.fixture
def tables(database_url: str, lived_in: Pipeline) -> None:
    """The tables, built from the history of the pipeline."""
    store = lived_in.store
    rebuild = RelationalRebuild(database_url, store, Silence())
    assert rebuild.run(activate=True).switched
    rebuild.close()


def contents(database_url: str) -> list[object]:
    with psycopg.connect(database_url) as connection:
        return [
            connection.execute(f"SELECT t::text FROM {TABLES}.{name} AS t ORDER BY 1").fetchall()  # pyright: ignore[reportArgumentType]
            for name in ("people", "posts", "follows")
        ]


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize("corruption", CORRUPTIONS)
def test_corrupted_tables_are_found_and_mended(database_url: str, corruption: str) -> None:
    item, what, statement = CORRUPTIONS[corruption]
    inspection = TablesInspection(database_url)
    assert inspection.inspect(Sample(), repair=False).different == 0
    sound = contents(database_url)
    with psycopg.connect(database_url) as connection:
        [post] = connection.execute(f"SELECT max(number) FROM {TABLES}.posts").fetchone() or []  # pyright: ignore[reportArgumentType]
        [deleted, end] = connection.execute(NEWEST_ENDS).fetchone() or []
        corrupt = statement.format(t=TABLES, post=post, deleted=deleted, end=end)
        connection.execute(corrupt.encode())
    assert contents(database_url) != sound
    found = inspection.inspect(Sample(), repair=False)
    assert {(one.item, one.what) for one in found.differences} == {(item, what)}
    assert inspection.inspect(Sample(), repair=True).repaired == found.different
    assert contents(database_url) == sound
    assert inspection.inspect(Sample(), repair=False).different == 0


def test_without_tables_there_is_no_verdict(database_url: str) -> None:
    with pytest.raises(CannotTell, match="has not been built"):
        TablesInspection(database_url).inspect(Sample(), repair=False)


@pytest.mark.usefixtures("tables")
def test_tables_are_compared_as_of_their_own_checkpoint(
    database_url: str, lived_in: Pipeline
) -> None:
    before = lived_in.head()
    lived_in.write_model.register(handle="newcomer", display_name=None)
    findings = TablesInspection(database_url).inspect(Sample(), repair=False)
    assert (findings.different, findings.highest) == (0, before)


@pytest.mark.usefixtures("tables")
def test_a_sample_of_the_tables_compares_its_share(database_url: str) -> None:
    inspection = TablesInspection(database_url)
    whole = inspection.inspect(Sample(), repair=False).tallies["post"].checked
    # Of a 10,007th part each: the numbers of a small history lie in a few of them.
    part = sum(
        inspection.inspect(Sample(0.01, seed), repair=False).tallies["post"].checked
        for seed in range(0, 10_007, 100)
    )
    assert 0 < part <= 2 * whole


@pytest.mark.usefixtures("tables")
def test_the_tables_can_wait_and_be_activated_later(database_url: str, store: Store) -> None:
    rebuild = RelationalRebuild(database_url, store, Silence())
    waiting = rebuild.run(activate=False)
    assert not waiting.switched
    assert rebuild.activate(waiting.number).switched
    rebuild.close()
    generations = RelationalGenerations(database_url)
    states = {one.number: (one.active, one.state) for one in generations.all()}
    generations.close()
    assert states == {1: (False, "resting"), waiting.number: (True, "live")}


@pytest.mark.usefixtures("tables")
def test_tables_that_are_not_as_history_says_never_become_active(
    database_url: str, store: Store
) -> None:
    class Saboteur(Silence):
        def begin(self, phase: str, total: int | None) -> None:  # noqa: ARG002
            if phase == "verifying":
                with psycopg.connect(database_url) as connection:
                    connection.execute("DELETE FROM slackwater_relational_2.posts")

    rebuild = RelationalRebuild(database_url, store, Saboteur())
    rebuilt = rebuild.run(activate=True)
    rebuild.close()
    assert rebuilt.different > 0
    assert not rebuilt.switched


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize("repair", [False, True])
def test_a_batch_that_comes_in_the_middle_of_a_comparison_is_no_difference(
    database_url: str, lived_in: Pipeline, *, repair: bool
) -> None:
    relational = Relational(lived_in.write_model, database_url)
    projector, arrived = relational.projector(), threading.Event()

    def batch() -> None:
        lived_in.write_model.register(handle="newcomer", display_name=None)
        relational.project(projector)
        arrived.set()

    class Interrupted(TablesInspection):
        def _standing(self, connection: Any, *, repair: bool) -> tuple[int, int]:
            found = super()._standing(connection, repair=repair)
            writing.start()
            if not repair:
                assert arrived.wait(20)  # when mending, it waits for us instead
            return found

    writing = threading.Thread(target=batch)
    findings = Interrupted(database_url).inspect(Sample(), repair=repair)
    writing.join()
    relational.close()
    assert [str(one) for one in findings.differences] == []
