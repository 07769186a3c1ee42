"""The relational projector: whoever else is at work, the tables say what the log says, once."""

import threading
from concurrent.futures import ThreadPoolExecutor, wait

import pytest

from domain.events import Published, Registered
from projections.log.errors import StoreUnreachable
from projections.relational.projector import RelationalProjector
from projections.relational.recorder import Checkpoint, RelationalRecorder
from tests.integration.cutting_proxy import (
    CuttingProxy,
    Fate,
    arrives,
    never_arrives,
    reply_is_lost,
)
from tests.integration.relational import Relational
from tests.integration.saves import until


def test_several_projectors_begin_together_and_make_one_generation(relational: Relational) -> None:
    with ThreadPoolExecutor(8) as callers:
        projectors = [relational.projector() for _ in range(8)]
        list(callers.map(RelationalProjector.step, projectors))
    found = relational.generations.all()
    assert [(each.active, each.state) for each in found] == [(True, "live")]


def test_projectors_in_turns_apply_everything_once(relational: Relational) -> None:
    pair = relational.projector(), relational.projector()
    for _ in range(3):
        pair[0].step()
    ada, bob = relational.some_history()
    rows = relational.rows(relational.project(*pair))
    assert [row[0] for row in rows["people"]] == [ada, bob]
    published = [one for one in relational.log() if isinstance(one, Published)]
    assert [(row[3], row[5] is None) for row in rows["posts"]] == [
        (published[0].text, False),
        (published[1].text, True),
    ]
    assert [(row[:2], row[3] is None) for row in rows["follows"]] == [
        ((ada, bob), False),
        ((ada, bob), True),
    ]


def test_a_zombie_that_comes_back_with_an_old_batch_changes_nothing_and_goes_on(
    relational: Relational,
) -> None:
    relational.some_history()
    zombie, other = relational.projector(), relational.projector()
    read_after = zombie._store.read_after

    def read_and_fall_asleep(position: int, limit: int) -> list[object]:
        entries = read_after(position, limit)
        zombie._store.read_after = read_after
        relational.project(other)
        return list(entries)

    zombie._store.read_after = read_and_fall_asleep  # pyright: ignore[reportAttributeAccessIssue]
    zombie.step()
    [active] = relational.generations.all()
    before = relational.rows(active.number)
    relational.one_more_person()
    relational.project(zombie)
    after = relational.rows(active.number)
    assert after["people"][:2] == before["people"]
    registered = [one for one in relational.log() if isinstance(one, Registered)]
    assert [row[2] for row in after["people"]] == [one.handle for one in registered]
    assert (after["posts"], after["follows"]) == (before["posts"], before["follows"])


def test_a_batch_for_a_generation_that_rests_meanwhile_changes_nothing(
    relational: Relational,
) -> None:
    relational.some_history()
    projector = relational.projector()
    old = relational.project(projector)
    relational.one_more_person()
    stands = {each.number: each.position for each in relational.generations.all()}[old]
    relational.generations.switch(relational.generations.begin())
    before = relational.rows(old)
    projector._checkpoint = Checkpoint(old, stands)
    projector.step()
    assert relational.rows(old) == before


def test_a_store_that_is_not_there_is_said_to_be_away() -> None:
    recorder = RelationalRecorder("postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(StoreUnreachable):
        recorder.ensure_active()
    recorder.close()


@pytest.mark.parametrize("fate", [reply_is_lost, never_arrives])
def test_a_commit_that_is_lost_on_its_way_is_neither_missing_nor_doubled(
    relational: Relational, fate: Fate
) -> None:
    relational.project(relational.projector())
    relational.some_history()
    proxy = CuttingProxy(relational.database_url)
    projector = relational.projector(proxy.url)
    projector._recorder.ensure_active()
    proxy.next_commits(arrives, fate)  # it looks where it stands, then it writes
    with pytest.raises(StoreUnreachable):
        projector.step()
    active = relational.project(projector)
    assert len(relational.rows(active)["posts"]) == 2
    assert relational.rows(active)["position"] == [(relational.head(),)]
    proxy.close()


def test_a_commit_wakes_a_projector_that_waits(relational: Relational) -> None:
    projector = relational.projector()
    projector.step()  # it listens from its first wait on
    projector._idle_seconds = 60
    stop = threading.Event()

    def run() -> None:
        while not stop.is_set():
            projector.step()

    def positions() -> list[int]:
        return [each.position for each in relational.generations.all()]

    with ThreadPoolExecutor(1) as runner:
        running = runner.submit(run)
        relational.some_history()
        until(lambda: positions() == [relational.head()])
        stop.set()
        relational.one_more_person()
        assert not wait([running], timeout=20).not_done, "the commit has not woken it"
        running.result()
