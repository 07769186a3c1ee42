"""Generations of the tables: loaded beside the active one, switched to, activated, dropped."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from projections.errors import GenerationRefused
from tests.integration.relational import Relational
from tests.integration.saves import until, waiting_for_a_lock


def test_after_a_switch_the_old_generation_rests_and_the_new_one_is_fed(
    relational: Relational,
) -> None:
    relational.some_history()
    projector, generations = relational.projector(), relational.generations
    old = relational.project(projector)
    new = generations.begin()
    generations.load(new, until=3)
    generations.switch(new)
    relational.one_more_person()
    assert relational.project(projector) == new
    states = {each.number: (each.active, each.state) for each in generations.all()}
    assert states == {old: (False, "resting"), new: (True, "live")}
    assert len(relational.rows(old)["people"]) == 2
    generations.activate(old)
    assert relational.rows(old) == relational.rows(new)
    assert [each.number for each in generations.all() if each.active] == [old]


def test_a_switch_catches_up_with_what_was_written_since_the_load(
    relational: Relational, monkeypatch: pytest.MonkeyPatch
) -> None:
    relational.some_history()
    projector, generations = relational.projector(), relational.generations
    relational.project(projector)
    new = generations.begin()
    load = generations.load

    def load_and_more_happens(number: int) -> int:
        position = load(number)
        relational.one_more_person()
        relational.project(projector)
        return position

    monkeypatch.setattr(generations, "load", load_and_more_happens)
    generations.switch(new)
    old, active = generations.all()
    assert active.active
    assert active.position == old.position == relational.head()


def test_a_switch_waits_for_a_batch_on_its_way_and_is_not_behind_it(
    relational: Relational,
) -> None:
    relational.project(relational.projector())
    new = relational.generations.begin()
    [old, _] = relational.generations.all()
    with psycopg.connect(relational.database_url) as batch, ThreadPoolExecutor(1) as other:
        batch.execute(
            "SELECT FROM slackwater_relational_generations WHERE number = %s FOR SHARE",
            (old.number,),
        )
        switched = other.submit(relational.generations.switch, new)
        until(lambda: waiting_for_a_lock(relational.database_url) == 1)
        relational.one_more_person()
        batch.execute(
            "UPDATE slackwater_tracking SET notification_id = %s WHERE application_name = %s",
            (relational.head(), f"relational/{old.number}"),
        )
        assert not switched.done()
        batch.commit()
        switched.result(20)
    found = [(each.active, each.position) for each in relational.generations.all()]
    assert found == [(False, relational.head()), (True, relational.head())]


def test_a_switch_to_one_that_was_never_loaded_leaves_nothing_out(relational: Relational) -> None:
    relational.some_history()
    new = relational.generations.begin()
    relational.generations.switch(new)
    assert relational.project(relational.projector()) == new
    assert relational.rows(new)["position"] == [(relational.head(),)]
    indexes = relational.connection.execute(
        "SELECT indexname FROM pg_indexes WHERE schemaname = %s", (f"slackwater_relational_{new}",)
    ).fetchall()
    assert {name for (name,) in indexes} > {"people_id", "posts_id", "posts_newest_of_author"}


def test_what_is_active_is_not_dropped_loaded_or_switched_to(relational: Relational) -> None:
    relational.some_history()
    active, generations = relational.project(relational.projector()), relational.generations
    for refused in (generations.drop, generations.load, generations.switch, generations.activate):
        with pytest.raises(GenerationRefused):
            refused(active)
        with pytest.raises(GenerationRefused, match=r"no generation 99|not one that rests"):
            refused(99)
    assert relational.rows(active)["position"] == [(relational.head(),)]


def test_a_half_built_generation_is_dropped_without_a_trace(relational: Relational) -> None:
    relational.some_history()
    active, generations = relational.project(relational.projector()), relational.generations
    leftover = generations.begin()
    generations.load(leftover, until=2)
    generations.drop(leftover)
    assert [each.number for each in generations.all()] == [active]
    schemas = relational.connection.execute(
        "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'slackwater_relational_%'"
    ).fetchall()
    tracked = relational.connection.execute(
        "SELECT application_name FROM slackwater_tracking WHERE application_name LIKE 'rel%'"
    ).fetchall()
    assert schemas == [(f"slackwater_relational_{active}",)]
    assert tracked == [(f"relational/{active}",)]
    assert generations.begin() > leftover, "a number is never given twice"


def test_a_load_says_how_far_it_is_and_goes_on_where_it_was(relational: Relational) -> None:
    relational.some_history()
    said: list[tuple[int, int]] = []

    def say(position: int, events: int) -> None:
        said.append((position, events))

    number = relational.generations.begin()
    relational.generations.load(number, until=4, progress=say)
    reached = relational.generations.load(number, progress=say)
    assert said == [(4, 4), (reached, reached - 4)]
