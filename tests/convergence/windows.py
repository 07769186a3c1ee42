"""Looks at a shard of the home feed from outside, and holds it against the feed rule."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from redis import Redis

from domain.feed_rule import History
from projections.home_feed.keys import AUTHOR_HORIZONS, AUTHOR_WINDOWS, FEED_HORIZONS, FEEDS
from projections.log.entry import Entry
from projections.shards import Shard
from projections.verify.rows import Rows
from projections.verify.truth import Numbers
from tests.convergence.histories import up_to


@dataclass(frozen=True, slots=True)
class Window:
    """What stands in Redis."""

    horizon: int
    posts: list[int]


def columns_of(windows: Sequence[Window]) -> tuple[Rows, Numbers]:
    """Their posts and horizons, as the oracle takes them."""
    posts = np.array([post for window in windows for post in window.posts], np.int64)
    sizes = np.array([len(window.posts) for window in windows], np.int64)
    return Rows(posts, sizes), np.array([window.horizon for window in windows], np.int64)


def merged(mine: Window, theirs: Window, length: int) -> Window:
    """Two windows as one, as the design tells it."""
    horizon = max(mine.horizon, theirs.horizon)
    posts = sorted({post for post in mine.posts + theirs.posts if post > horizon}, reverse=True)
    if len(posts) > length:
        horizon = posts[length]
    return Window(horizon, posts[:length])


def feed_window(redis: Redis, shard: Shard, person: int) -> Window:
    """A person's feed."""
    return _window(redis, shard, FEEDS, FEED_HORIZONS, person)


def author_window(redis: Redis, shard: Shard, author: int) -> Window:
    """An author's own newest posts."""
    return _window(redis, shard, AUTHOR_WINDOWS, AUTHOR_HORIZONS, author)


def assert_shard_equals_rule(
    redis: Redis, shard: Shard, people: list[int], entries: list[Entry]
) -> None:
    """Every window of the shard is exactly what the rule says above its horizon."""
    position = int(redis.hget(shard.checkpoint_key, "position") or 0)
    truth = History(up_to(entries, position))
    for person in people:
        own = [post for post, author in reversed(truth.authors.items()) if author == person]
        _assert_window(author_window(redis, shard, person), own, shard.generation.window)
        if shard.generation.shard_of(person) == shard:
            expected = truth.feed(person)
            _assert_window(feed_window(redis, shard, person), expected, shard.generation.window)
        else:
            assert feed_window(redis, shard, person) == Window(0, [])


def _assert_window(window: Window, rule: list[int], length: int) -> None:
    assert window.posts == [post for post in rule if post > window.horizon]
    assert len(window.posts) <= length


def _window(redis: Redis, shard: Shard, windows: str, horizons: str, owner: int) -> Window:
    posts = redis.lrange(f"{shard.tag}{windows}{owner}", 0, -1)
    horizon = redis.hget(f"{shard.tag}{horizons}", str(owner))
    return Window(int(horizon or 0), [int(post) for post in posts])
