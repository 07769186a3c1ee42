"""The write path over a network that delays and cuts: no duplicate, no false conflict, no loss."""

import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from eventsourcing.persistence import IntegrityError

from command_api.application import Slackwater
from tests.integration.cutting_proxy import (
    Crossing,
    CuttingProxy,
    Fate,
    arrives,
    never_arrives,
    reply_is_lost,
)
from tests.integration.saves import (
    PATIENCE_SECONDS,
    event,
    save_as_one_group,
    stored,
    until,
    waiting_for_a_lock,
)


@pytest.fixture
def callers() -> Generator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=8) as callers:
        yield callers


@pytest.fixture
def proxy(database_url: str) -> Generator[CuttingProxy]:
    with closing(CuttingProxy(database_url)) as proxy:
        yield proxy


@pytest.fixture
def behind_proxy(write_model: Slackwater, proxy: CuttingProxy) -> Generator[Slackwater]:
    """A second process on the same store, with the proxy in between."""
    assert write_model.epoch
    with closing(Slackwater(proxy.url)) as behind_proxy:
        behind_proxy.open()
        yield behind_proxy


lost_on_the_way = pytest.mark.parametrize(
    "fates",
    [
        [reply_is_lost],
        [never_arrives],
        [reply_is_lost, reply_is_lost],
        [never_arrives, never_arrives],
        [never_arrives, reply_is_lost],
        [reply_is_lost, never_arrives],
    ],
    ids=lambda fates: ", then ".join(fate.__name__ for fate in fates),
)


@lost_on_the_way
def test_a_save_whose_commit_or_its_reply_is_lost_is_stored_exactly_once(
    fates: list[Fate], write_model: Slackwater, behind_proxy: Slackwater, proxy: CuttingProxy
) -> None:
    aggregate = event().originator_id
    events = [event(aggregate, 1), event(aggregate, 2)]
    proxy.next_commits(*fates)
    given = behind_proxy.recorder.insert_events(events)
    found = stored(write_model.recorder)
    assert list(found) == events
    assert given == list(found.values())


@lost_on_the_way
def test_a_real_conflict_stays_one_when_the_commit_or_its_reply_is_lost(
    fates: list[Fate],
    write_model: Slackwater,
    behind_proxy: Slackwater,
    proxy: CuttingProxy,
    database_url: str,
    callers: ThreadPoolExecutor,
) -> None:
    taken = event(state=b"first")
    write_model.recorder.insert_events([taken])
    rival = event(taken.originator_id, 1, b"second")
    before, refused, behind = [event()], [event(), rival], [event(), event()]
    proxy.next_commits(arrives, *fates)
    saved = save_as_one_group(
        behind_proxy.recorder,
        [before, refused, behind],
        database_url=database_url,
        callers=callers,
    )
    with pytest.raises(IntegrityError):
        saved[1].result(PATIENCE_SECONDS)
    found = stored(write_model.recorder)
    assert saved[0].result(PATIENCE_SECONDS) == [found[each] for each in before]
    assert saved[2].result(PATIENCE_SECONDS) == [found[each] for each in behind]
    assert not found.keys() & set(refused)
    assert taken in found
    assert len(found) == 5


def test_whoever_takes_the_place_of_a_save_that_never_arrived_keeps_it(
    write_model: Slackwater, behind_proxy: Slackwater, proxy: CuttingProxy
) -> None:
    late = event(state=b"late")
    rival = event(late.originator_id, 1, b"rival")

    def never_arrives_and_a_rival_does(commit: Crossing) -> None:
        commit.hang_up_on_server()
        write_model.recorder.insert_events([rival])
        commit.hang_up_on_client()

    proxy.next_commits(never_arrives_and_a_rival_does)
    with pytest.raises(IntegrityError):
        behind_proxy.recorder.insert_events([late])
    assert list(stored(write_model.recorder)) == [rival]


def test_a_commit_that_arrives_after_its_client_has_given_up_on_it_is_waited_for(
    write_model: Slackwater,
    behind_proxy: Slackwater,
    proxy: CuttingProxy,
    database_url: str,
    callers: ThreadPoolExecutor,
) -> None:
    given_up, go_on = threading.Event(), threading.Event()

    def arrives_too_late(commit: Crossing) -> None:
        commit.hang_up_on_client()
        given_up.set()
        assert go_on.wait(PATIENCE_SECONDS)
        commit.forward()

    late = event()
    proxy.next_commits(arrives_too_late)
    saved = callers.submit(behind_proxy.recorder.insert_events, [late])
    assert given_up.wait(PATIENCE_SECONDS)
    until(lambda: saved.done() or waiting_for_a_lock(database_url) == 1)
    go_on.set()
    assert saved.result(PATIENCE_SECONDS) == [stored(write_model.recorder)[late]]
    assert list(stored(write_model.recorder)) == [late]


def test_nothing_appears_above_an_event_whose_commit_is_still_under_way(
    write_model: Slackwater,
    behind_proxy: Slackwater,
    proxy: CuttingProxy,
    database_url: str,
    callers: ThreadPoolExecutor,
) -> None:
    slow, quick = event(), event()
    under_way, go_on = threading.Event(), threading.Event()

    def arrives_late(commit: Crossing) -> None:
        under_way.set()
        assert go_on.wait(PATIENCE_SECONDS)
        commit.forward()

    proxy.next_commits(arrives_late)
    first = callers.submit(behind_proxy.recorder.insert_events, [slow])
    assert under_way.wait(PATIENCE_SECONDS)
    second = callers.submit(write_model.recorder.insert_events, [quick])
    until(lambda: second.done() or waiting_for_a_lock(database_url) == 1)
    seen_meanwhile = stored(write_model.recorder)
    go_on.set()

    assert seen_meanwhile == {}
    assert max(first.result(PATIENCE_SECONDS)) < min(second.result(PATIENCE_SECONDS))
    assert list(stored(write_model.recorder)) == [slow, quick]
