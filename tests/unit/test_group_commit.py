"""Group commit: whoever waits while one commit is under way shares the next one."""

import threading
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future
from typing import TypeVar
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import IntegrityError, InterfaceError, OperationalError, StoredEvent

from command_api.event_store import group_commit
from command_api.event_store.errors import AppendInDoubt, StoreBusy
from command_api.event_store.group_commit import Append, GroupCommitter

PATIENCE_SECONDS = 10.0

Outcome = TypeVar("Outcome")


class HeldCommits:
    """A commit function that holds every group until it is let through, and counts positions."""

    def __init__(self) -> None:
        self.groups: list[list[Sequence[StoredEvent]]] = []
        self.fault: Exception | None = None
        self._begun = threading.Semaphore(0)
        self._let_through = threading.Semaphore(0)
        self._position = 0

    def __call__(self, group: Sequence[Append]) -> None:
        self.groups.append([append.events for append in group])
        self._begun.release()
        assert self._let_through.acquire(timeout=PATIENCE_SECONDS), "nobody let the group through"
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault
        for append in group:
            append.positions.set_result([self._next() for _ in append.events])

    def wait_for_one(self) -> None:
        assert self._begun.acquire(timeout=PATIENCE_SECONDS), "no commit began"

    def let_through(self, groups: int = 1) -> None:
        self._let_through.release(groups)

    def _next(self) -> int:
        self._position += 1
        return self._position


class Line:
    """Appends in line before a committer, one behind the other."""

    def __init__(self, commits: HeldCommits) -> None:
        self._commits = commits
        self.committer = GroupCommitter(commits)

    def begin(self) -> Future[list[int]]:
        """An append of one event whose commit is under way."""
        future = started(self.committer.append, Append(save()))
        self._commits.wait_for_one()
        return future

    def join(self, events: Sequence[StoredEvent]) -> Future[list[int]]:
        """An append that waits while a commit is under way."""
        length = len(self.committer._waiting) + 1
        future = started(self.committer.append, Append(events))
        self._wait_until(lambda: len(self.committer._waiting) == length)
        return future

    def append(self, events: Sequence[StoredEvent]) -> list[int]:
        """An append from start to end."""
        return started(self.committer.append, Append(events)).result(PATIENCE_SECONDS)

    def close(self) -> Future[None]:
        """The committer is closing, but what waits is not committed yet."""
        future = started(self.committer.close)
        self._wait_until(lambda: self.committer._closed)
        return future

    def _wait_until(self, condition: Callable[[], bool]) -> None:
        with self.committer._changed:
            assert self.committer._changed.wait_for(condition, PATIENCE_SECONDS)


@pytest.fixture
def commits() -> HeldCommits:
    return HeldCommits()


@pytest.fixture
def line(commits: HeldCommits) -> Generator[Line]:
    line = Line(commits)
    yield line
    commits.let_through(100)
    line.committer.close()


def started(call: Callable[..., Outcome], *arguments: object) -> Future[Outcome]:
    """The call on a thread of its own; a test that fails does not wait for it."""
    future: Future[Outcome] = Future()

    def run() -> None:
        try:
            future.set_result(call(*arguments))
        except Exception as error:  # noqa: BLE001 - the test looks at it
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


def save(events: int = 1, aggregate: UUID | None = None) -> list[StoredEvent]:
    """The first events of an aggregate, a new one if none is given."""
    originator_id = aggregate or uuid4()
    return [StoredEvent(originator_id, version + 1, "topic", b"{}") for version in range(events)]


def test_what_waits_while_a_commit_is_under_way_shares_the_next_one_in_order_of_arrival(
    line: Line, commits: HeldCommits
) -> None:
    first = line.begin()
    saves = [save(), save(3), save(), save(2)]
    waiting = [line.join(events) for events in saves]
    commits.let_through(2)
    assert first.result(PATIENCE_SECONDS) == [1]
    assert [future.result(PATIENCE_SECONDS) for future in waiting] == [[2], [3, 4, 5], [6], [7, 8]]
    assert commits.groups[1:] == [saves]


def test_two_appends_that_want_one_place_are_never_in_one_group_and_nobody_overtakes_them(
    line: Line, commits: HeldCommits
) -> None:
    wanted = uuid4()
    before, one, other, behind = save(), save(2, wanted), save(1, wanted), save()
    line.begin()
    waiting = [line.join(events) for events in (before, one, other, behind)]
    commits.let_through(3)
    assert [future.result(PATIENCE_SECONDS) for future in waiting] == [[2], [3, 4], [5], [6]]
    assert commits.groups[1:] == [[before, one], [other, behind]]


def test_an_append_that_wants_one_place_twice_harms_nobody_else(
    line: Line, commits: HeldCommits
) -> None:
    line.begin()
    with pytest.raises(IntegrityError):
        line.append(save() * 2)
    neighbour = line.join(save())
    commits.let_through(2)
    assert neighbour.result(PATIENCE_SECONDS) == [2]


def test_a_group_has_a_bounded_number_of_events_unless_one_append_alone_has_more(
    line: Line, commits: HeldCommits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "GROUP_EVENTS_MAX", 4)
    line.begin()
    saves = [save(2), save(2), save(1), save(6), save(1)]
    waiting = [line.join(events) for events in saves]
    commits.let_through(5)
    for future in waiting:
        future.result(PATIENCE_SECONDS)
    assert commits.groups[1:] == [saves[:2], saves[2:3], saves[3:4], saves[4:]]


def test_one_more_than_may_wait_is_refused_and_who_waits_is_not_harmed(
    line: Line, commits: HeldCommits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "QUEUE_LENGTH_MAX", 2)
    line.begin()
    waiting = [line.join(save()), line.join(save())]
    with pytest.raises(StoreBusy, match="2 appends are waiting"):
        line.append(save())
    commits.let_through(3)
    assert [future.result(PATIENCE_SECONDS) for future in waiting] == [[2], [3]]
    assert line.append(save()) == [4]


def test_a_failed_commit_fails_its_whole_group_and_the_next_one_works(
    line: Line, commits: HeldCommits
) -> None:
    fault = OperationalError("the store is away")
    first = line.begin()
    failing = [line.join(save()), line.join(save())]
    commits.let_through()
    assert first.result(PATIENCE_SECONDS) == [1]
    commits.wait_for_one()
    commits.fault = fault
    next_one = line.join(save())
    commits.let_through(2)
    assert [future.exception(PATIENCE_SECONDS) for future in failing] == [fault, fault]
    assert next_one.result(PATIENCE_SECONDS) == [2]


def test_what_a_commit_settled_before_it_failed_stays_settled(
    line: Line, commits: HeldCommits
) -> None:
    refusal, fault = IntegrityError("taken"), OperationalError("the store is away")

    def refuse_the_first_and_fail(group: Sequence[Append]) -> None:
        group[0].positions.set_exception(refusal)
        raise fault

    line.begin()
    waiting = [line.join(save()), line.join(save())]
    line.committer._commit = refuse_the_first_and_fail
    commits.let_through()
    assert [future.exception(PATIENCE_SECONDS) for future in waiting] == [refusal, fault]


def test_who_gets_no_answer_in_time_is_left_in_doubt_and_the_others_go_on(
    line: Line, commits: HeldCommits, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(group_commit, "ANSWER_SECONDS_MAX", 0.01)
        with pytest.raises(AppendInDoubt):
            line.append(save())
    commits.wait_for_one()
    patient = line.join(save())
    commits.let_through(2)
    assert patient.result(PATIENCE_SECONDS) == [2]


def test_closing_commits_what_waits(line: Line, commits: HeldCommits) -> None:
    line.begin()
    waiting = [line.join(save()), line.join(save())]
    closed = line.close()
    assert not closed.done()
    commits.let_through(2)
    closed.result(PATIENCE_SECONDS)
    assert [future.result(PATIENCE_SECONDS) for future in waiting] == [[2], [3]]


def test_nothing_is_taken_once_closing_has_begun(line: Line, commits: HeldCommits) -> None:
    line.begin()
    closed = line.close()
    with pytest.raises(InterfaceError, match="closed"):
        line.append(save())
    commits.let_through()
    closed.result(PATIENCE_SECONDS)
    assert len(commits.groups) == 1


def test_a_committer_that_was_never_used_closes_at_once(line: Line) -> None:
    line.close().result(PATIENCE_SECONDS)
    with pytest.raises(InterfaceError, match="closed"):
        line.append(save())
