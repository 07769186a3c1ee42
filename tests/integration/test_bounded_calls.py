"""One call of the home feed's script does as much as it may, cuts included, and no more."""

import pytest
from redis import Redis

from domain.events import Followed, Published
from projections import pace
from projections.batch_writer import BatchWriter, make_first_calls
from projections.home_feed.apply import PROJECTION
from projections.home_feed.keys import AUTHOR_WINDOWS, FEEDS, HOME_FEED
from projections.shards import Checkpoint, Generation, Shard
from tests.bench.log import AT, Log

AUTHOR, FOLLOWERS = 1, 12
POST = Published(at=AT, author=AUTHOR, text="x")


def shard_with_followers(redis: Redis, log: Log) -> tuple[Shard, Checkpoint]:
    """One shard of full feeds, of which the next post cuts each."""
    generation = Generation(HOME_FEED, 1, shards=1, window=16)
    shard, writer = generation.shard(0), BatchWriter(redis, PROJECTION)
    people = range(AUTHOR + 1, AUTHOR + 1 + FOLLOWERS)
    follows = [Followed(at=AT, follower=each, followee=AUTHOR) for each in people]
    entries = log.grow([*follows, *[POST] * generation.longest])
    return shard, writer.apply(shard, Checkpoint(), entries)


@pytest.mark.parametrize(("budget", "served"), [(4, 2), (9, 3), (10, 4), (3 * FOLLOWERS, 0)])
def test_a_feed_that_is_cut_takes_as_much_of_a_call_as_three_that_are_not(
    redis: Redis, budget: int, served: int
) -> None:
    log = Log()
    shard, stands = shard_with_followers(redis, log)
    writer = BatchWriter(redis, PROJECTION, budget=budget)
    batch = writer.begin(shard, stands, log.grow([POST]))
    make_first_calls(redis, [(writer, batch)])
    assert batch.checkpoint.place == served
    writer.finish(batch)
    assert batch.checkpoint == Checkpoint(log.head)


def test_a_post_that_cuts_nothing_reaches_as_many_feeds_as_the_call_may_serve(
    redis: Redis,
) -> None:
    log = Log()
    shard, stands = shard_with_followers(redis, log)
    stands = BatchWriter(redis, PROJECTION).apply(shard, stands, log.grow([POST]))
    writer = BatchWriter(redis, PROJECTION, budget=FOLLOWERS - 1)
    batch = writer.begin(shard, stands, log.grow([POST]))
    make_first_calls(redis, [(writer, batch)])
    assert batch.checkpoint.place == FOLLOWERS - 1


def test_a_call_that_comes_through_its_part_of_a_batch_leaves_the_rest_to_the_next(
    redis: Redis,
) -> None:
    log = Log()
    shard, stands = shard_with_followers(redis, log)
    few_follow = Published(at=AT, author=999, text="x")
    posts = log.grow([POST, POST, *[few_follow] * 40, POST])
    writer = BatchWriter(redis, PROJECTION, budget=2 * FOLLOWERS)
    assert writer.apply(shard, stands, posts) == Checkpoint(log.head)
    window = redis.lrange(f"{shard.tag}{AUTHOR_WINDOWS}999", 0, 9)
    assert window == [b"%d" % entry.position for entry in reversed(posts[-11:-1])]
    for person in range(AUTHOR + 1, AUTHOR + 1 + FOLLOWERS):
        feed = redis.lrange(f"{shard.tag}{FEEDS}{person}", 0, 2)
        assert feed == [b"%d" % posts[at].position for at in (-1, 1, 0)]


def test_calls_that_take_too_long_are_followed_by_shorter_ones(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = Log()
    shard, stands = shard_with_followers(redis, log)
    stands = BatchWriter(redis, PROJECTION).apply(shard, stands, log.grow([POST]))
    monkeypatch.setattr(pace, "CALL_DELIVERIES_MAX", 4)
    monkeypatch.setattr(pace, "CALL_DELIVERIES_MIN", 1)
    monkeypatch.setattr(pace, "CALL_SECONDS", 1e-9)
    writer = BatchWriter(redis, PROJECTION)
    redis.config_resetstat()
    assert writer.apply(shard, stands, log.grow([POST])) == Checkpoint(log.head)
    # Of twelve followers four, then two, then one a call.
    assert redis.info("commandstats")["cmdstat_evalsha"]["calls"] == 1 + 1 + 6


def test_first_calls_do_as_much_after_a_moment_in_which_all_was_slow(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = Log()
    shard, stands = shard_with_followers(redis, log)
    stands = BatchWriter(redis, PROJECTION).apply(shard, stands, log.grow([POST]))
    monkeypatch.setattr(pace, "CALL_DELIVERIES_MAX", 2 * FOLLOWERS)
    monkeypatch.setattr(pace, "CALL_DELIVERIES_MIN", 1)
    writer = BatchWriter(redis, PROJECTION)
    for _ in range(10):
        writer._pace.took(1.0)
    batch = writer.begin(shard, stands, log.grow([POST]))
    make_first_calls(redis, [(writer, batch)])
    assert batch.is_over
