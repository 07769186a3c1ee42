"""Looks at a shard of the home feed from outside, and holds it against the feed rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from redis import Redis
from redis.client import Pipeline

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


def feed_windows(redis: Redis, shard: Shard, people: Sequence[int]) -> dict[int, Window]:
    """People's feeds as they are stored."""
    with redis.pipeline(transaction=False) as pipe:
        _ask_for_windows(pipe, shard, FEEDS, FEED_HORIZONS, people)
        return _windows(shard, people, pipe.execute())


def author_windows(redis: Redis, shard: Shard, authors: Sequence[int]) -> dict[int, Window]:
    """Authors' own newest posts."""
    with redis.pipeline(transaction=False) as pipe:
        _ask_for_windows(pipe, shard, AUTHOR_WINDOWS, AUTHOR_HORIZONS, authors)
        return _windows(shard, authors, pipe.execute())


def great_followees(redis: Redis, shard: Shard, people: Sequence[int]) -> dict[int, list[int]]:
    """The great authors whom people follow."""
    with redis.pipeline(transaction=False) as pipe:
        for person in people:
            pipe.lrange(f"{shard.tag}{GREAT_FOLLOWEES}{person}", 0, -1)
        found = cast("list[list[bytes]]", pipe.execute())
    return {
        person: [int(each) for each in followees]
        for person, followees in zip(people, found, strict=True)
    }


def assert_shard_equals_rule(
    redis: Redis, shard: Shard, people: list[int], entries: list[Entry]
) -> None:
    """Every window of the shard is exactly what the rule says above its horizon.

    A feed's is that together with the windows of the great authors whom its owner follows.
    """
    position = int(redis.hget(shard.checkpoint_key, "position") or 0)
    truth = History(up_to(entries, position))
    feeds, authors = feed_windows(redis, shard, people), author_windows(redis, shard, people)
    followees = great_followees(redis, shard, people)
    for person in people:
        own = [post for post, author in reversed(truth.authors.items()) if author == person]
        _assert_window(authors[person], own, shard.generation.window)
        stored, great = feeds[person], followees[person]
        if shard.generation.shard_of(person) == shard:
            whole, rule = seen(stored, [authors[author] for author in great]), truth.feed(person)
            assert whole.posts == [post for post in rule if post > whole.horizon]
            by_others = [post for post in rule if truth.authors[post] not in great]
            _assert_window(stored, by_others, shard.generation.window)
        else:
            assert (stored, great) == (Window(0, []), [])


def _assert_window(window: Window, rule: list[int], length: int) -> None:
    assert window.posts == [post for post in rule if post > window.horizon]
    assert len(window.posts) <= length


def _ask_for_windows(
    pipe: Pipeline, shard: Shard, windows: str, horizons: str, owners: Sequence[int]
) -> None:
    """All at once: a round trip for each would cost more than what it is about."""
    pipe.hgetall(f"{shard.tag}{horizons}")
    for owner in owners:
        pipe.lrange(f"{shard.tag}{windows}{owner}", 0, -1)


def _windows(shard: Shard, owners: Sequence[int], answers: list[Any]) -> dict[int, Window]:
    horizons, *windows = answers
    return {
        owner: window_of(
            [int(post) for post in posts],
            int(horizons.get(str(owner).encode(), 0)),
            shard.generation.window,
        )
        for owner, posts in zip(owners, windows, strict=True)
    }
