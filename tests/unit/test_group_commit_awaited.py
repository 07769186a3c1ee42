"""Group commit for callers on an event loop: they wait without a thread, and are told together."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import pytest
from eventsourcing.persistence import (
    IntegrityError,
    InterfaceError,
    OperationalError,
)

from command_api.event_store import group_commit
from command_api.event_store.errors import AppendInDoubt, StoreBusy
from command_api.event_store.group_commit import Append, GroupCommitter
from tests.unit.test_group_commit import (
    PATIENCE_SECONDS,
    HeldCommits,
    Line,
    commits,
    line,
    save,
    started,
)
from tests.waiting import eventually

__all__ = ["commits", "line"]  # fixtures

Outcome = TypeVar("Outcome")
Run = Callable[[Coroutine[Any, Any, Outcome]], Outcome]

Awaited = asyncio.Task[list[int]]


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many callers were told each time that a loop was woken."""
    woken: list[int] = []
    end = group_commit._end

    def counted(waiters: Sequence[asyncio.Future[None]]) -> None:
        woken.append(len(waiters))
        end(waiters)

    monkeypatch.setattr(group_commit, "_end", counted)
    return woken


async def join(line: Line, append: Append | None = None) -> Awaited:
    """An awaited append that waits while a commit is under way."""
    length = len(line.committer._waiting) + 1
    append = append or Append(save())
    awaited = asyncio.create_task(line.committer.append_awaited(append))
    await eventually(lambda: len(line.committer._waiting) == length, "it is in line")
    return awaited


async def outcome(awaited: Awaited) -> list[int] | BaseException:
    await asyncio.wait([awaited], timeout=PATIENCE_SECONDS)
    assert awaited.done()
    return awaited.exception() or awaited.result()


@asynccontextmanager
async def commit_under_way(line: Line, commits: HeldCommits) -> AsyncGenerator[None]:
    """Meanwhile whoever comes has to wait; then everything is let through."""
    line.begin()
    yield
    commits.let_through(100)


def test_a_group_is_told_all_at_once_and_who_waits_in_a_thread_is_in_it_too(
    line: Line, commits: HeldCommits, woken: list[int]
) -> None:
    async def scene() -> None:
        async with commit_under_way(line, commits):
            awaited = [await join(line), await join(line, Append(save(2)))]
            in_thread = line.join(save())
            awaited.append(await join(line))
        assert [await outcome(each) for each in awaited] == [[2], [3, 4], [6]]
        assert in_thread.result(PATIENCE_SECONDS) == [5]

    asyncio.run(scene())
    assert [len(group) for group in commits.groups] == [1, 4]
    assert woken == [3]


def test_the_loop_goes_on_while_a_commit_is_under_way(line: Line, commits: HeldCommits) -> None:
    async def scene() -> None:
        awaited = asyncio.create_task(line.committer.append_awaited(Append(save())))
        await eventually(lambda: commits.groups, "its commit is under way")
        assert not awaited.done()
        commits.let_through()
        assert await outcome(awaited) == [1]

    asyncio.run(scene())


def test_a_conflict_is_told_to_its_own_caller_alone(line: Line, commits: HeldCommits) -> None:
    conflict = IntegrityError("taken")

    def refuse_the_second(group: Sequence[Append]) -> None:
        group[1].positions.set_exception(conflict)
        for append in (group[0], group[2]):
            append.positions.set_result([7])

    async def scene() -> None:
        async with commit_under_way(line, commits):
            awaited = [await join(line) for _ in range(3)]
            line.committer._commit = refuse_the_second
        assert [await outcome(each) for each in awaited] == [[7], conflict, [7]]

    asyncio.run(scene())


def test_a_failed_commit_fails_all_who_await_it(line: Line, commits: HeldCommits) -> None:
    fault = OperationalError("the store is away")

    def fail(_: Sequence[Append]) -> None:
        raise fault

    async def scene() -> None:
        async with commit_under_way(line, commits):
            awaited = [await join(line) for _ in range(2)]
            line.committer._commit = fail
        assert [await outcome(each) for each in awaited] == [fault, fault]

    asyncio.run(scene())


def test_who_gets_no_answer_in_time_is_in_doubt_or_knows_that_it_was_never_sent(
    line: Line, commits: HeldCommits, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene() -> None:
        monkeypatch.setattr(group_commit, "ANSWER_SECONDS_MAX", 0.05)
        under_way = asyncio.create_task(line.committer.append_awaited(Append(save())))
        await eventually(lambda: commits.groups, "its commit is under way")
        in_line = await join(line)
        assert isinstance(await outcome(under_way), AppendInDoubt)
        error = await outcome(in_line)
        assert isinstance(error, OperationalError)
        assert not isinstance(error, AppendInDoubt)
        monkeypatch.setattr(group_commit, "ANSWER_SECONDS_MAX", PATIENCE_SECONDS)
        patient = await join(line)
        commits.let_through(2)
        assert await outcome(patient) == [2]

    asyncio.run(scene())


def test_one_more_than_may_wait_is_refused_at_once(
    line: Line, commits: HeldCommits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "QUEUE_LENGTH_MAX", 1)

    async def scene() -> None:
        async with commit_under_way(line, commits):
            waiting = await join(line)
            with pytest.raises(StoreBusy):
                await line.committer.append_awaited(Append(save()))
        assert await outcome(waiting) == [2]

    asyncio.run(scene())


def test_a_caller_who_is_cancelled_harms_nobody_and_takes_nothing_back(
    line: Line, commits: HeldCommits
) -> None:
    async def scene() -> None:
        async with commit_under_way(line, commits):
            cancelled, neighbour = Append(save()), Append(save())
            gone, stays = await join(line, cancelled), await join(line, neighbour)
            gone.cancel()
            assert isinstance(await _cancelled(gone), asyncio.CancelledError)
        assert await outcome(stays) == [3]
        assert cancelled.positions.result(PATIENCE_SECONDS) == [2]

    asyncio.run(scene())


async def _cancelled(task: Awaited) -> BaseException | None:
    [result] = await asyncio.gather(task, return_exceptions=True)
    return result if isinstance(result, BaseException) else None


def test_closing_tells_all_who_wait_and_takes_nobody_else(line: Line, commits: HeldCommits) -> None:
    async def scene() -> None:
        async with commit_under_way(line, commits):
            awaited = [await join(line) for _ in range(2)]
            closed = line.close()
            with pytest.raises(InterfaceError, match="closed"):
                await line.committer.append_awaited(Append(save()))
        assert [await outcome(each) for each in awaited] == [[2], [3]]
        closed.result(PATIENCE_SECONDS)

    asyncio.run(scene())


@pytest.fixture
def abandoned(line: Line, commits: HeldCommits) -> Generator[Append]:
    """An append in line whose caller's loop has been closed."""
    append = Append(save())

    async def scene() -> None:
        line.begin()
        (await join(line, append)).cancel()

    asyncio.run(scene())
    yield append
    assert commits.groups


def test_a_loop_that_is_closed_does_not_stop_the_others(
    line: Line, commits: HeldCommits, abandoned: Append
) -> None:
    commits.let_through(3)
    assert abandoned.positions.result(PATIENCE_SECONDS) == [2]
    again = started(GroupCommitter.append, line.committer, Append(save()))
    assert again.result(PATIENCE_SECONDS) == [3]
