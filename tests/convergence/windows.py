"""Looks at a shard of the home feed from outside, and holds it against the feed rule."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from redis import Redis

from domain.feed_rule import History
from projections.home_feed.keys import (
    AUTHOR_HORIZONS,
    AUTHOR_WINDOWS,
    FEED_HORIZONS,
    FEEDS,
    GREAT_FOLLOWEES,
)
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


def window_of(entries: list[int], beside: int, length: int) -> Window:
    """What a list holds, and what stands beside it.

    The first entry that does not fit is the horizon; the others behind it are waste.
    """
    if len(entries) > length:
        return Window(entries[length], entries[:length])
    return Window(beside, entries)


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


def seen(stored: Window, great: Sequence[Window]) -> Window:
    """What a reader sees: a stored feed, and the windows of the great authors merged in.

    However many posts that are: it is stored nowhere, so it is not trimmed either.
    """
    horizon = max([stored.horizon, *(one.horizon for one in great)])
    posts = [*stored.posts, *(post for one in great for post in one.posts)]
    return Window(horizon, sorted((post for post in posts if post > horizon), reverse=True))


def feed_window(redis: Redis, shard: Shard, person: int) -> Window:
    """A person's feed as it is stored."""
    return _window(redis, shard, FEEDS, FEED_HORIZONS, person)


def great_followees(redis: Redis, shard: Shard, person: int) -> list[int]:
    """The great authors whom a person follows."""
    followees = redis.lrange(f"{shard.tag}{GREAT_FOLLOWEES}{person}", 0, -1)
    return [int(followee) for followee in followees]


def author_window(redis: Redis, shard: Shard, author: int) -> Window:
    """An author's own newest posts."""
    return _window(redis, shard, AUTHOR_WINDOWS, AUTHOR_HORIZONS, author)


def assert_shard_equals_rule(
    redis: Redis, shard: Shard, people: list[int], entries: list[Entry]
) -> None:
    """Every window of the shard is exactly what the rule says above its horizon.

    A feed's is that together with the windows of the great authors whom its owner follows.
    """
    position = int(redis.hget(shard.checkpoint_key, "position") or 0)
    truth = History(up_to(entries, position))
    for person in people:
        own = [post for post, author in reversed(truth.authors.items()) if author == person]
        _assert_window(author_window(redis, shard, person), own, shard.generation.window)
        stored, great = feed_window(redis, shard, person), great_followees(redis, shard, person)
        if shard.generation.shard_of(person) == shard:
            whole = seen(stored, [author_window(redis, shard, author) for author in great])
            assert whole.posts == [post for post in truth.feed(person) if post > whole.horizon]
            by_others = [p for p in truth.feed(person) if truth.authors[p] not in great]
            _assert_window(stored, by_others, shard.generation.window)
        else:
            assert (stored, great) == (Window(0, []), [])


def _assert_window(window: Window, rule: list[int], length: int) -> None:
    assert window.posts == [post for post in rule if post > window.horizon]
    assert len(window.posts) <= length


def _window(redis: Redis, shard: Shard, windows: str, horizons: str, owner: int) -> Window:
    posts = redis.lrange(f"{shard.tag}{windows}{owner}", 0, -1)
    horizon = redis.hget(f"{shard.tag}{horizons}", str(owner))
    return window_of([int(post) for post in posts], int(horizon or 0), shard.generation.window)
