"""What each call of a batch is given."""

from domain.events import Published
from projections.batch import AT_ONCE_MIN, Batch
from projections.home_feed.apply import PROJECTION
from projections.home_feed.keys import HOME_FEED
from projections.log.entry import Entry
from projections.shards import Checkpoint, Generation
from tests.bench.log import AT, Log

SHARD = Generation(HOME_FEED, 1, shards=1, window=10).shard(0)
HEAD, EACH = 9, 6
"""Arguments before the operations, and of each."""


def log(count: int) -> list[Entry]:
    return Log().grow([Published(at=AT, author=1, text="x")] * count)


def given(batch: Batch) -> list[int]:
    """The positions whose operations the next call is given; the last is where it may end."""
    arguments = batch.arguments(budget=1)
    positions = [int(each) for each in arguments[HEAD::EACH]]
    assert arguments[2] == positions[-1], "a call that does all of it ends there"
    return positions


def test_the_first_call_is_given_all_and_each_later_one_twice_what_the_last_one_came_through() -> (
    None
):
    entries = log(100)
    positions = [entry.position for entry in entries]
    batch = Batch(PROJECTION, SHARD, Checkpoint(), entries)
    assert given(batch) == positions
    batch.take([1, positions[19], 0])
    assert given(batch) == positions[20:60]
    batch.take([1, positions[59], 0])
    assert given(batch) == positions[60:]


def test_a_call_that_ended_inside_its_first_event_is_followed_by_one_that_is_given_some_more() -> (
    None
):
    entries = log(100)
    batch = Batch(PROJECTION, SHARD, Checkpoint(), entries)
    batch.take([1, 0, 3])
    assert given(batch) == [entry.position for entry in entries[:AT_ONCE_MIN]]


def test_what_the_shard_has_already_is_given_to_nobody() -> None:
    entries = log(10)
    batch = Batch(PROJECTION, SHARD, Checkpoint(entries[3].position), entries)
    assert given(batch) == [entry.position for entry in entries[4:]]
