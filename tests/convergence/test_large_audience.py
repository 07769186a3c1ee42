"""Work larger than one call may do: the place inside an event is part of the checkpoint."""

import pytest
from redis import Redis

from projections import batch_writer
from projections.batch_writer import BatchWriter
from projections.generations import Generations
from projections.home_feed.apply import PROJECTION
from projections.home_feed.keys import HOME_FEED
from projections.shards import Checkpoint, Generation, Shard, encode_entry, generations_key
from tests.convergence.histories import LogBuilder, Wish, history
from tests.convergence.test_home_feed_converges import Calls, after, checkpoint_of
from tests.convergence.windows import assert_shard_equals_rule

SHARD: Shard = Generation(HOME_FEED, 1, shards=1, window=5).shard(0)


@pytest.fixture
def log() -> LogBuilder:
    """Five people follow the first one, who publishes, publishes again, and deletes."""
    everybody_follows = [Wish("follow", who, 0, 0) for who in range(1, 6)]
    publishes = [Wish("publish", 0, 0, 0)] * 2
    return history(6, [*everybody_follows, *publishes, Wish("delete", 0, 0, 0)])


def test_an_event_is_delivered_in_as_many_calls_as_it_takes(redis: Redis, log: LogBuilder) -> None:
    writer = BatchWriter(redis, PROJECTION, budget=2)
    calls = Calls(writer)
    writer.apply(SHARD, Checkpoint(), log.entries)
    places = [call[1][1] for call in calls.made]
    assert {0, 2, 4} <= set(map(int, places))
    assert_shard_equals_rule(redis, SHARD, log.people, log.entries)


def test_the_place_inside_an_event_stands_in_the_checkpoint(
    redis: Redis, log: LogBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_writer, "CALLS_MAX", 1)
    writer = BatchWriter(redis, PROJECTION, budget=2)
    stood = [Checkpoint()]
    while stood[-1].position < log.entries[-1].position:
        stood.append(writer.apply(SHARD, stood[-1], log.entries))
        assert stood[-1] == checkpoint_of(redis, SHARD)
    assert {2, 4} <= {checkpoint.place for checkpoint in stood}


def test_no_call_made_in_the_middle_of_an_event_can_be_made_again(
    redis: Redis, log: LogBuilder
) -> None:
    writer = BatchWriter(redis, PROJECTION, budget=1)
    calls = Calls(writer)
    script = writer._apply
    stands = Checkpoint()

    def each_call_twice(keys: list[str], args: list[str]) -> object:
        nonlocal stands
        answer = script(keys=keys, args=args)
        stands = checkpoint_of(redis, SHARD)
        for earlier in calls.made:
            assert not calls.again(earlier)
        assert checkpoint_of(redis, SHARD) == stands
        return answer

    writer._apply = each_call_twice  # pyright: ignore[reportAttributeAccessIssue]
    while stands.position < log.entries[-1].position:
        writer.apply(SHARD, stands, log.entries)
    assert stands == Checkpoint(log.entries[-1].position)
    assert_shard_equals_rule(redis, SHARD, log.people, log.entries)


def test_between_two_calls_the_worker_may_say_that_it_is_alive(
    redis: Redis, log: LogBuilder
) -> None:
    writer = BatchWriter(redis, PROJECTION, budget=2)
    calls = Calls(writer)
    made_before: list[int] = []
    writer.apply(SHARD, Checkpoint(), log.entries, lambda: made_before.append(len(calls.made)))
    assert made_before == list(range(1, len(calls.made)))


@pytest.mark.parametrize(
    ("what", "posts", "budget"),
    [("follow", 40, 14), ("unfollow", 40, 14), ("unfollow", 8, 18)],
)
def test_merging_and_parting_long_windows_is_work_that_ends_a_call(
    redis: Redis, what: str, posts: int, budget: int
) -> None:
    readers = 5
    long_windows: Shard = Generation(HOME_FEED, 1, shards=1, window=posts + 1).shard(0)
    log = history(readers + 1, [Wish("publish", 0, 0, 0)] * posts)
    for reader in range(1, readers + 1):
        log.add(Wish("publish", reader, 0, 0))
    for reader in range(1, readers + 1):
        log.add(Wish("follow", reader, 0, 0))
    if what == "unfollow":
        for _ in range(readers):
            log.add(Wish("unfollow", 0, 0, 0))
    before, those = log.entries[:-readers], log.entries[-readers:]
    BatchWriter(redis, PROJECTION).apply(long_windows, Checkpoint(), before)
    writer = BatchWriter(redis, PROJECTION, budget=budget)
    calls = Calls(writer)
    writer.apply(long_windows, Checkpoint(before[-1].position), those)
    assert len(calls.made) == readers
    assert_shard_equals_rule(redis, long_windows, log.people, log.entries)


@pytest.fixture
def stopped_inside(redis: Redis) -> LogBuilder:
    """Somebody registers, who concerns nobody here, then a post comes to five followers: the shard
    stops after the first two of them."""
    everybody_follows = [Wish("follow", who, 0, 0) for who in range(1, 6)]
    log = history(6, [*everybody_follows, Wish("register", 0, 0, 0), Wish("publish", 0, 0, 0)])
    writer = BatchWriter(redis, PROJECTION)
    last_follow = log.entries[-3].position
    writer.apply(SHARD, Checkpoint(), log.entries[:-2])
    calls_one = BatchWriter(redis, PROJECTION, budget=2)
    with pytest.raises(InterruptedError):
        calls_one.apply(SHARD, Checkpoint(last_follow), log.entries[-2:], stop_working)
    return log


def stop_working() -> None:
    raise InterruptedError


def test_the_place_is_kept_whatever_batch_comes_next(
    redis: Redis, stopped_inside: LogBuilder
) -> None:
    log, writer = stopped_inside, BatchWriter(redis, PROJECTION)
    stands = checkpoint_of(redis, SHARD)
    assert stands.place == 2
    while stands.position < log.entries[-1].position:
        stands = writer.apply(SHARD, stands, after(log.entries, stands.position, 1))
    assert_shard_equals_rule(redis, SHARD, log.people, log.entries)


def test_a_generation_that_is_not_past_the_event_does_not_take_over(
    redis: Redis, stopped_inside: LogBuilder
) -> None:
    """Some feeds of the old one show the event already."""
    log, generations, old = stopped_inside, Generations(redis), SHARD.generation
    registry = generations_key(HOME_FEED)
    redis.hset(registry, "1", encode_entry(old, building=False))
    redis.hset(registry, mapping={"active": "1", "last": "1"})
    assert generations.active([HOME_FEED]) == [old]
    new = generations.announce(HOME_FEED, shards=1, window=5)
    for entry, is_past in zip(log.entries[-3:], (False, False, True), strict=True):
        generations.finish(new, entry.position)
        assert generations.switch(old, new, hold_ms=0).done == is_past
