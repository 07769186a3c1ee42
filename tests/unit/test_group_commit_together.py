"""Appends that come together are committed together, or not at all."""

from collections.abc import Sequence
from contextlib import closing
from uuid import uuid4

import pytest
from eventsourcing.persistence import IntegrityError, StoredEvent

from command_api.event_store import group_commit
from command_api.event_store.group_commit import Append, GroupCommitter


def save(*aggregates: object) -> Append:
    events: list[StoredEvent] = []
    for aggregate in aggregates:
        assert isinstance(aggregate, type(uuid4()))
        events.append(StoredEvent(aggregate, 1, "topic", b"{}"))
    return Append(events)


def never(_: Sequence[Append]) -> None:
    raise AssertionError("nothing is committed here")


def test_a_group_takes_all_of_what_came_together_or_nothing_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wanted = uuid4()
    first, second = [save(wanted)], [save(uuid4()), save(uuid4()), save(wanted)]
    third, fourth = [save(uuid4())], [save(uuid4()), save(uuid4())]
    monkeypatch.setattr(group_commit, "GROUP_EVENTS_MAX", 5)
    committer = GroupCommitter(never)
    committer._waiting.extend([first, second, third, fourth])
    committer.close()  # from here on it gathers what is there and waits for nothing
    groups = [committer._gather() for _ in range(3)]
    assert groups == [first, [*second, *third], fourth]


def test_nothing_comes_after_an_erasure_in_its_group() -> None:
    before, after = [save(uuid4())], [save(uuid4())]
    erasure = save(uuid4())
    erasure.erases = 1
    committer = GroupCommitter(never)
    committer._waiting.extend([before, [erasure], after])
    committer.close()
    assert [committer._gather() for _ in range(2)] == [[*before, erasure], after]


def test_two_that_want_one_place_cannot_come_together() -> None:
    wanted = uuid4()
    with closing(GroupCommitter(never)) as committer, pytest.raises(IntegrityError):
        committer.append_together([save(wanted), save(wanted)])
