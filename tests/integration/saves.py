"""Steps for tests of the event store: events to save, and saves that meet in one group."""

import threading
import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from uuid import UUID, uuid4

import psycopg
from eventsourcing.persistence import StoredEvent

from command_api.event_store.recorder import GroupCommitRecorder

PATIENCE_SECONDS = 20.0

Saved = Future[Sequence[int]]


def event(
    aggregate: UUID | str | None = None, version: int = 1, state: bytes = b"{}"
) -> StoredEvent:
    """An event; of a new aggregate if none is given."""
    return StoredEvent(aggregate or uuid4(), version, "topic", state)


def stored(recorder: GroupCommitRecorder) -> dict[StoredEvent, int]:
    """Everything in the store with its position, in order of position."""
    return {
        StoredEvent(each.originator_id, each.originator_version, each.topic, each.state): each.id
        for each in recorder.select_notifications(start=None, limit=100_000)
    }


def save_as_one_group(
    recorder: GroupCommitRecorder,
    saves: Sequence[Sequence[StoredEvent]],
    *,
    database_url: str,
    callers: ThreadPoolExecutor,
) -> list[Saved]:
    """Saves that share one transaction: the second COMMIT, after that of an event in their way."""
    with append_standing_still(database_url):
        callers.submit(recorder.insert_events, [event()])
        until(lambda: waiting_for_a_lock(database_url) == 1)
        return [_queued(recorder, events, callers) for events in saves]


def _queued(
    recorder: GroupCommitRecorder, events: Sequence[StoredEvent], callers: ThreadPoolExecutor
) -> Saved:
    committer = recorder._committer
    length = len(committer._waiting) + 1
    saved = callers.submit(recorder.insert_events, events)
    with committer._changed:
        assert committer._changed.wait_for(
            lambda: len(committer._waiting) == length, PATIENCE_SECONDS
        )
    return saved


@contextmanager
def append_standing_still(database_url: str) -> Generator[None]:
    """Meanwhile another transaction holds the table lock, as that of a slow process would."""
    with psycopg.connect(database_url) as connection:
        connection.execute("LOCK TABLE slackwater_events IN EXCLUSIVE MODE")
        yield


def waiting_for_a_lock(database_url: str) -> int:
    """How many connections to this database wait for a lock."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ).fetchone()
    assert row is not None
    return row[0]


def until(condition: Callable[[], bool]) -> None:
    """Waits for what Postgres has no signal for."""
    pause = threading.Event()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        pause.wait(0.005)


def transactions_of(events: Sequence[StoredEvent], database_url: str) -> set[str]:
    """The transactions that stored these events."""
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "SELECT xmin::text FROM slackwater_events WHERE originator_id = ANY(%s)",
            ([each.originator_id for each in events],),
        ).fetchall()
    return {row[0] for row in rows}
