"""Group commit: who was answered just now is waited for a moment; who is alone waits for nobody."""

from concurrent.futures import Future

import pytest

from command_api.event_store import group_commit
from command_api.event_store.group_commit import Append
from tests.unit.test_group_commit import (
    PATIENCE_SECONDS,
    HeldCommits,
    Line,
    commits,
    line,
    save,
    started,
)

__all__ = ["commits", "line"]  # fixtures


def test_who_comes_again_shares_the_next_commit_with_those_who_waited_meanwhile(
    line: Line, commits: HeldCommits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "COME_AGAIN_SECONDS_MAX", PATIENCE_SECONDS)
    first, waiting = line.begin(), save()
    other = line.join(waiting)
    commits.let_through(2)
    first.result(PATIENCE_SECONDS)
    again = save()
    line.append(again)
    other.result(PATIENCE_SECONDS)
    assert commits.groups[1:] == [[waiting, again]]


def test_who_does_not_come_again_is_not_waited_for_for_long(
    line: Line, commits: HeldCommits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "COME_AGAIN_SECONDS_MAX", 0.01)
    line.begin()
    others = [line.join(save()) for _ in range(2)]
    commits.let_through(2)
    assert [other.result(PATIENCE_SECONDS) for other in others] == [[2], [3]]


def test_who_is_alone_waits_for_nobody(
    line: Line, commits: HeldCommits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "COME_AGAIN_SECONDS_MAX", 10 * PATIENCE_SECONDS)
    commits.let_through(5)

    def save_five_times() -> None:
        for _ in range(5):
            line.committer.append(Append(save()))

    alone: Future[None] = started(save_five_times)
    alone.result(PATIENCE_SECONDS)
    assert [len(group) for group in commits.groups] == [1] * 5


def test_who_comes_long_after_a_crowd_waits_for_nobody(
    line: Line, commits: HeldCommits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "FORGOTTEN_AFTER_SECONDS", 0.0)
    monkeypatch.setattr(group_commit, "COME_AGAIN_SECONDS_MAX", 10 * PATIENCE_SECONDS)
    line.begin()
    crowd = [save() for _ in range(3)]
    waiting = [line.join(one) for one in crowd]
    commits.let_through(5)
    assert [one.result(PATIENCE_SECONDS) for one in waiting] == [[2], [3], [4]]
    late = save()
    assert line.append(late) == [5]
    assert commits.groups[1:] == [crowd, [late]]


def test_those_who_came_together_are_waited_for_as_one(
    line: Line, commits: HeldCommits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "FORGOTTEN_AFTER_SECONDS", 10 * PATIENCE_SECONDS)
    monkeypatch.setattr(group_commit, "COME_AGAIN_SECONDS_MAX", 10 * PATIENCE_SECONDS)
    commits.let_through(5)
    together = [Append(save()) for _ in range(3)]
    started(lambda: line.committer.append_together(together)).result(PATIENCE_SECONDS)
    assert [one.positions.result() for one in together] == [[1], [2], [3]]
    again = save()
    assert line.append(again) == [4]
    assert commits.groups == [[one.events for one in together], [again]]
