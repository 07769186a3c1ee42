"""Lists that are longer than their windows: what fell off stays a while, and means nothing."""

from dataclasses import replace
from typing import Any

import pytest
from redis import Redis

from projections.batch_writer import BatchWriter
from projections.generations import Generations
from projections.home_feed.apply import PROJECTION
from projections.home_feed.keys import (
    AUTHOR_HORIZONS,
    FEED_HORIZONS,
    FEEDS,
    HOME_FEED,
)
from projections.shards import Checkpoint, Generation, Shard, encode_entry, generations_key
from projections.verify.findings import Difference, What
from projections.verify.inspection import Inspection, Sample
from tests.conftest import Servers
from tests.convergence.histories import LogBuilder, Wish, history
from tests.convergence.test_great_authors_are_merged import read_pages
from tests.convergence.windows import Window, assert_shard_equals_rule, feed_windows
from tests.prove.truth_from_log import IdentitiesFromLog, TruthFromLog

WINDOW = 16
LONGEST = WINDOW + WINDOW // 8
SHARD: Shard = Generation(HOME_FEED, 1, shards=1, window=WINDOW).shard(0)

READER = 2
"""The number of the second person of a history."""


def published(posts: int, *more: Wish) -> LogBuilder:
    """The second person follows the first one, who publishes, then something else happens."""
    publish = Wish("publish", 0, 0, 0)
    return history(2, [Wish("follow", 1, 0, 0), *[publish] * posts, *more])


def applied(redis: Redis, log: LogBuilder, after: Checkpoint | None = None) -> Checkpoint:
    return BatchWriter(redis, PROJECTION).apply(SHARD, after or Checkpoint(), log.entries)


def window_of_reader(redis: Redis) -> Window:
    return feed_windows(redis, SHARD, [READER])[READER]


def feed(redis: Any) -> list[int]:
    return [int(entry) for entry in redis.lrange(f"{SHARD.tag}{FEEDS}{READER}", 0, -1)]


@pytest.mark.parametrize("posts", range(WINDOW - 1, 2 * LONGEST))
def test_a_list_never_grows_beyond_its_waste_and_is_the_rule_above_its_horizon(
    redis: Redis, posts: int
) -> None:
    log = published(posts)
    applied(redis, log)
    assert len(feed(redis)) <= LONGEST
    assert (len(feed(redis)) > WINDOW) == (posts > WINDOW)
    window = window_of_reader(redis)
    assert len(window.posts) == min(posts, WINDOW)
    assert (window.horizon > 0) == (posts > WINDOW)
    assert_shard_equals_rule(redis, SHARD, log.people, log.entries)


def test_in_a_generation_from_before_no_list_is_longer_than_its_window(redis: Redis) -> None:
    """Who reads it may be of the version before, and take what stands there for the window."""
    old, log = replace(SHARD.generation, long_lists=False).shard(0), published(2 * LONGEST)
    BatchWriter(redis, PROJECTION).apply(old, Checkpoint(), log.entries)
    assert len(feed(redis)) == WINDOW
    assert redis.hget(f"{old.tag}{FEED_HORIZONS}", str(READER))
    assert_shard_equals_rule(redis, old, log.people, log.entries)


def test_a_delivery_to_a_full_feed_is_a_push_and_seldom_more(redis: Redis) -> None:
    log, more = published(LONGEST), published(LONGEST + 100)
    stood = applied(redis, log)
    redis.config_resetstat()
    applied(redis, more, stood)
    calls = {name: one["calls"] for name, one in redis.info("commandstats").items()}
    assert calls["cmdstat_lpush"] == 3 * 100, "two feeds and the author's own window"
    cuts = 3 * -(-100 // (LONGEST - WINDOW))
    assert calls["cmdstat_ltrim"] <= cuts
    assert not {"cmdstat_hset", "cmdstat_rpop", "cmdstat_hdel"} & calls.keys() - {"cmdstat_hset"}
    assert calls["cmdstat_hset"] <= 2, "the checkpoint's"


def test_a_horizon_stands_in_one_place_only(redis: Redis) -> None:
    """Beside a list as long as its window at most, in a longer one itself."""
    stood = applied(redis, published(LONGEST))
    horizons = (FEED_HORIZONS, AUTHOR_HORIZONS)
    assert not any(redis.exists(f"{SHARD.tag}{one}") for one in horizons)
    before = window_of_reader(redis).horizon
    stood = applied(redis, published(LONGEST, Wish("delete", 0, 0, 0)), stood)
    for one in horizons:
        assert set(redis.hvals(f"{SHARD.tag}{one}")) == {b"%d" % before}
    assert len(feed(redis)) == WINDOW - 1
    again = [Wish("publish", 0, 0, 0)] * 2
    log = published(LONGEST, Wish("delete", 0, 0, 0), *again)
    applied(redis, log, stood)
    assert not any(redis.exists(f"{SHARD.tag}{one}") for one in horizons)
    assert_shard_equals_rule(redis, SHARD, log.people, log.entries)


@pytest.mark.parametrize("index", range(LONGEST))
def test_a_post_is_deleted_wherever_it_stands_in_a_long_list(redis: Redis, index: int) -> None:
    """In the window, as its horizon, or in the waste: the horizon stays the same."""
    stood = applied(redis, published(LONGEST))
    before = window_of_reader(redis)
    log = published(LONGEST, Wish("delete", 0, index, 0))
    applied(redis, log, stood)
    assert window_of_reader(redis).horizon == before.horizon
    assert_shard_equals_rule(redis, SHARD, log.people, log.entries)


def test_no_page_shows_what_fell_off(servers: Servers, redis: Redis) -> None:
    registry = generations_key(HOME_FEED)
    redis.hset(registry, "1", encode_entry(SHARD.generation, building=False))
    redis.hset(registry, mapping={"active": "1", "last": "1"})
    Generations(redis).begin([SHARD])
    applied(redis, published(LONGEST))
    window = window_of_reader(redis)
    assert len(feed(redis)) == LONGEST

    bounds = (0, window.posts[-1] + 1, window.posts[-1], window.horizon)
    whole, last, *below = read_pages(servers, [(READER, one, 2 * LONGEST) for one in bounds])
    assert (whole.posts, whole.horizon, whole.more) == (window.posts, window.horizon, False)
    assert last.posts == window.posts[-1:]
    assert [page.posts for page in below] == [[], []]


def inspected(redis: Redis, log: LogBuilder, *, repair: bool = False) -> list[Difference]:
    truth = TruthFromLog(lambda: log.entries)
    identities = IdentitiesFromLog(lambda: log.entries, truth)
    inspection = Inspection(redis, SHARD.generation, truth, identities, repair=repair)
    return inspection.inspect(Sample()).differences


def test_verification_judges_what_means_something_and_passes_over_the_rest(redis: Redis) -> None:
    log = published(LONGEST)
    applied(redis, log)
    key = f"{SHARD.tag}{FEEDS}{READER}"
    redis.lset(key, -1, "rubbish")
    assert inspected(redis, log) == []
    redis.ltrim(key, 0, WINDOW)
    horizon = feed(redis)[WINDOW]
    redis.lset(key, WINDOW, str(horizon - 1))
    [found] = inspected(redis, log, repair=True)
    assert (found.what, found.item, found.owner) == (What.HORIZON, "feed", READER)
    assert (found.live, found.right) == (str(horizon - 1), str(horizon))
    assert inspected(redis, log) == []
    assert window_of_reader(redis).horizon == horizon
    assert_shard_equals_rule(redis, SHARD, log.people, log.entries)
