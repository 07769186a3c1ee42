"""What counts when events are left out, told by examples worked out by hand."""

from datetime import UTC, datetime
from uuid import UUID

import numpy as np
import pytest

from domain.events import (
    Deleted,
    EventBody,
    Followed,
    HandleClaimed,
    Published,
    Registered,
    Unfollowed,
)
from domain.feed_rule import feed
from domain.quarantine import LEFT_OUT, counted
from projections.history.columns import NEVER, Columns, ColumnsBuilder
from projections.history.events import Event
from projections.relational.fold import Changes

AT = datetime(2026, 1, 1, tzinfo=UTC)
ADA, BOB, POST = 1, 2, 3

FOLLOWED = Followed(at=AT, follower=ADA, followee=BOB)
UNFOLLOWED = Unfollowed(at=AT, follower=ADA, followee=BOB)
PUBLISHED = Published(at=AT, author=BOB, text="x")
DELETED = Deleted(at=AT, post=POST, author=BOB)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (FOLLOWED, {ADA, BOB}),
        (UNFOLLOWED, {ADA, BOB}),
        (PUBLISHED, {BOB}),
        (DELETED, {BOB, POST}),
        (Registered(at=AT, handle="ada", display_name="x"), set[int]()),
        (HandleClaimed(at=AT, handle="ada", person_id=UUID(int=1)), set[int]()),
    ],
)
def test_an_event_that_names_what_is_in_quarantine_is_left_out(
    body: EventBody, named: set[int]
) -> None:
    for position in (ADA, BOB, POST, 9):
        assert (counted(body, {position}) is LEFT_OUT) == (position in named)
    assert counted(body, frozenset()) is body


def columns(*bodies: EventBody) -> Columns:
    builder = ColumnsBuilder()
    for position, body in enumerate(bodies, start=POST):
        builder.add(Event(position, bytes(16), body))
    return builder.fold()


@pytest.mark.parametrize(
    ("changes", "intervals"),
    [
        ([UNFOLLOWED], []),
        ([FOLLOWED, FOLLOWED], [(3, NEVER)]),
        ([UNFOLLOWED, FOLLOWED, FOLLOWED, UNFOLLOWED, UNFOLLOWED, FOLLOWED], [(4, 6), (8, NEVER)]),
        ([FOLLOWED, LEFT_OUT, FOLLOWED, UNFOLLOWED], [(3, 6)]),
    ],
)
def test_a_follow_that_stands_and_an_unfollow_without_one_change_nothing(
    changes: list[EventBody], intervals: list[tuple[int, int]]
) -> None:
    found = columns(*changes)
    assert list(zip(found.begin.tolist(), found.end.tolist(), strict=True)) == intervals
    tables = Changes()
    for position, body in enumerate(changes, start=POST):
        tables.fold(position, UUID(int=1), body, is_torn=True)
    tables.settle(set())
    rows = [(row.from_position, row.to_position or NEVER) for row in tables.follows]
    assert rows == intervals
    assert tables.ended_follows == {}
    log = [*enumerate([PUBLISHED], start=ADA), *enumerate(changes, start=POST)]
    stands = bool(intervals) and intervals[-1][1] == NEVER
    assert feed(log, ADA) == ([ADA] if stands else [])


def test_a_doubtful_follow_of_a_pair_that_stood_gives_its_end_to_the_interval_that_stood() -> None:
    tables = Changes()
    for position, body in enumerate([FOLLOWED, UNFOLLOWED, FOLLOWED], start=POST):
        tables.fold(position, UUID(int=1), body, is_torn=True)
    assert tables.doubtful == [(ADA, BOB)]
    tables.settle({(ADA, BOB)})
    assert [(row.from_position, row.to_position) for row in tables.follows] == [(5, None)]
    assert tables.ended_follows == {(ADA, BOB): 4}


def test_the_deletion_of_no_post_deletes_nothing() -> None:
    found = columns(DELETED, PUBLISHED)
    assert found.deleted.tolist() == [NEVER]
    assert np.array_equal(found.post, [4])
    assert feed([(5, DELETED), (6, PUBLISHED)], BOB) == [6]
