"""The event store on real Postgres: one total order, whole saves, a schema that makes itself."""

import threading
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError, StoredEvent

from command_api.application import Slackwater
from command_api.event_store.datastore import UrlDatastore
from command_api.event_store.epoch import read_epoch
from command_api.event_store.recorder import GroupCommitRecorder
from command_api.event_store.schema import ensure_schema
from projections.log.entry import Entry
from projections.log.store import Store
from tests.integration.saves import (
    PATIENCE_SECONDS,
    event,
    save_as_one_group,
    stored,
    transactions_of,
    until,
)

WRITERS = 20
SAVES_EACH = 50


@pytest.fixture
def callers() -> Generator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=2 * WRITERS) as callers:
        yield callers


@pytest.fixture
def another_process(write_model: Slackwater, database_url: str) -> Generator[Slackwater]:
    """A second write model on the store of the first."""
    assert write_model.epoch
    with closing(Slackwater(database_url)) as another_process:
        another_process.open()
        yield another_process


def save_many(recorder: GroupCommitRecorder, start: threading.Barrier) -> dict[int, StoredEvent]:
    """Saves of one, two or three events each; what was stored where."""
    start.wait(PATIENCE_SECONDS)
    saved: dict[int, StoredEvent] = {}
    for number in range(SAVES_EACH):
        aggregate = uuid4()
        events = [event(aggregate, version + 1) for version in range(1 + number % 3)]
        given = recorder.insert_events(events)
        assert given == list(range(given[0], given[0] + len(events)))
        saved |= zip(given, events, strict=True)
    return saved


def tail(store: Store, expected: int) -> list[Entry]:
    """Reads what appears, as it appears, until so many events were seen."""
    seen: list[Entry] = []
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(seen) < expected and time.monotonic() < deadline:
        seen += store.read_after(seen[-1].position if seen else 0, limit=100)
    return seen


@pytest.mark.parametrize("processes", [1, 2])
def test_whoever_tails_many_writers_sees_every_event_once_and_in_order(
    processes: int,
    write_model: Slackwater,
    another_process: Slackwater,
    store: Store,
    callers: ThreadPoolExecutor,
) -> None:
    recorders = [write_model.recorder, another_process.recorder][:processes]
    total = WRITERS * sum(1 + number % 3 for number in range(SAVES_EACH))
    start = threading.Barrier(WRITERS)
    tailed = callers.submit(tail, store, total)
    writers = [
        callers.submit(save_many, recorders[number % processes], start) for number in range(WRITERS)
    ]
    saved = [pair for writer in writers for pair in writer.result(3 * PATIENCE_SECONDS).items()]
    seen = tailed.result(3 * PATIENCE_SECONDS)
    assert [(entry.position, entry.originator_id) for entry in seen] == sorted(
        (position, event.originator_id) for position, event in saved
    )
    assert len({entry.position for entry in seen}) == total


def test_the_events_of_one_save_stand_side_by_side_in_their_order(write_model: Slackwater) -> None:
    events = [event() for _ in range(100)]
    write_model.recorder.insert_events([event()])
    given = write_model.recorder.insert_events(events)
    assert given == list(range(given[0], given[0] + 100))
    assert list(stored(write_model.recorder))[1:] == events


def test_saving_nothing_stores_nothing(write_model: Slackwater) -> None:
    assert write_model.recorder.insert_events([]) == []
    assert stored(write_model.recorder) == {}


def test_a_conflict_in_one_save_does_not_touch_its_neighbours_in_the_group(
    write_model: Slackwater, database_url: str, callers: ThreadPoolExecutor
) -> None:
    taken = event(state=b"first")
    write_model.recorder.insert_events([taken])
    rival = event(taken.originator_id, 1, b"second")
    before, refused, behind = [event()], [event(), rival, event()], [event(), event()]
    saved = save_as_one_group(
        write_model.recorder,
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
    assert len(transactions_of([*before, *behind], database_url)) == 1


def test_of_two_saves_that_want_one_place_at_once_the_first_gets_it(
    write_model: Slackwater, database_url: str, callers: ThreadPoolExecutor
) -> None:
    first = event(state=b"first")
    second = event(first.originator_id, 1, b"second")
    before, winner, loser, behind = [event()], [first, event()], [event(), second], [event()]
    saved = save_as_one_group(
        write_model.recorder,
        [before, winner, loser, behind],
        database_url=database_url,
        callers=callers,
    )
    with pytest.raises(IntegrityError):
        saved[2].result(PATIENCE_SECONDS)
    found = stored(write_model.recorder)
    for events, positions in ((before, saved[0]), (winner, saved[1]), (behind, saved[3])):
        assert positions.result(PATIENCE_SECONDS) == [found[each] for each in events]
    assert not found.keys() & set(loser)


def test_a_save_that_wants_one_place_twice_is_refused_whole(write_model: Slackwater) -> None:
    once = event(state=b"once")
    with pytest.raises(IntegrityError):
        write_model.recorder.insert_events([once, event(once.originator_id, 1, b"twice")])
    assert stored(write_model.recorder) == {}


def test_the_epoch_survives_closing_and_opening(write_model: Slackwater, database_url: str) -> None:
    reopened = Slackwater(database_url)
    reopened.open()
    reopened.close()
    assert reopened.epoch == write_model.epoch
    assert write_model.epoch


def test_many_processes_that_start_at_once_make_one_store(
    database_url: str, callers: ThreadPoolExecutor
) -> None:
    start = threading.Barrier(8)

    def begin() -> str:
        datastore = UrlDatastore(database_url)
        start.wait(PATIENCE_SECONDS)
        ensure_schema(datastore)
        epoch = read_epoch(datastore)
        datastore.close()
        return epoch

    epochs = [callers.submit(begin) for _ in range(8)]
    assert len({epoch.result(PATIENCE_SECONDS) for epoch in epochs}) == 1


def test_an_append_never_reads_the_whole_table_however_small_it_was_when_that_was_planned(
    write_model: Slackwater, database_url: str
) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("ANALYZE slackwater_events")
    saves = 20  # more than Postgres plans anew before it keeps a plan
    for _ in range(saves):
        write_model.recorder.insert_events([event()])
    write_model.close()  # server processes that end tell what they did; others do in ten seconds

    def scans() -> tuple[int, int]:
        with psycopg.connect(database_url) as connection:
            row = connection.execute(
                "SELECT idx_scan, seq_tup_read FROM pg_stat_user_tables"
                " WHERE relname = 'slackwater_events'"
            ).fetchone()
        assert row is not None
        return row

    until(lambda: scans()[0] >= saves)
    assert scans()[1] == 0
