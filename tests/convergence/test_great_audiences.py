"""Authors with great audiences: nothing of theirs is delivered, and every feed is what it was."""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import pytest
from hypothesis import given
from redis import Redis

from domain.events import Unfollowed
from projections.batch_writer import BatchWriter
from projections.greatness import NOBODY_IS_GREAT, Greatness
from projections.home_feed.apply import PROJECTION
from projections.home_feed.keys import GREAT, HOME_FEED
from projections.log.entry import Entry
from projections.shards import Checkpoint, Generation, Shard
from tests.convergence.histories import LogBuilder, Wish, histories, history
from tests.convergence.test_home_feed_converges import budgets, checkpoint_of, on_one_server, shapes
from tests.convergence.windows import (
    Window,
    assert_shard_equals_rule,
    author_windows,
    feed_windows,
    great_followees,
    seen,
)
from tests.prove.model import Model

ONE_SHARD = Generation(HOME_FEED, 1, shards=1, window=5, great=Greatness(3, 1))


def apply_all(writer: BatchWriter, shard: Shard, entries: Sequence[Entry]) -> None:
    """From the beginning."""
    checkpoint = Checkpoint()
    while checkpoint.position < entries[-1].position:
        checkpoint = writer.apply(shard, checkpoint, entries)


def great_in(redis: Redis, shard: Shard) -> dict[int, int]:
    """Who is great in the shard, and since when."""
    found = cast("dict[bytes, bytes]", redis.hgetall(shard.tag + GREAT))
    return {int(author): int(since) for author, since in found.items()}


def seen_feeds(redis: Redis, shard: Shard, people: Sequence[int]) -> dict[int, Window]:
    """Everything that a reader can see of these feeds."""
    stored, great = feed_windows(redis, shard, people), great_followees(redis, shard, people)
    authors = sorted({author for followees in great.values() for author in followees})
    theirs = author_windows(redis, shard, authors)
    return {one: seen(stored[one], [theirs[author] for author in great[one]]) for one in people}


def followed(times: int) -> LogBuilder:
    """The first of seven people has published, and so many others follow them."""
    follows = [Wish("follow", who, 0, 0) for who in range(1, times + 1)]
    return history(7, [Wish("publish", 0, 0, 0)] * 3 + follows)


def unfollows(log: LogBuilder, times: int) -> None:
    """So many of the followers go, the last ones first."""
    for _ in range(times):
        log.add(Wish("unfollow", len(log._following) - 1, 0, 0))


@on_one_server
@given(log=histories, generation=shapes)
def test_who_is_great_and_for_whom_is_as_the_model_says(
    redis: Redis, log: LogBuilder, generation: Generation
) -> None:
    redis.flushall()
    writer, model = BatchWriter(redis, PROJECTION), Model(log.entries, generation)
    for shard in generation.all_shards():
        for entry in log.entries:
            writer.apply(shard, Checkpoint(entry.prev), [entry])
            state = model.at(entry.position)
            here = {a: since for (home, a), since in state.great.items() if home == shard.index}
            assert great_in(redis, shard) == here
            assert great_followees(redis, shard, log.people) == {
                person: state.great_followees.get(person, [])
                if generation.shard_of(person) == shard
                else []
                for person in log.people
            }


@pytest.mark.parametrize(
    ("followers", "lost", "is_great"), [(2, 0, False), (3, 0, True), (4, 2, True), (4, 3, False)]
)
def test_an_author_is_great_from_one_number_of_followers_until_a_lower_one(
    redis: Redis, followers: int, lost: int, is_great: bool
) -> None:
    log, shard = followed(followers), ONE_SHARD.shard(0)
    unfollows(log, lost)
    apply_all(BatchWriter(redis, PROJECTION), shard, log.entries)
    assert bool(great_in(redis, shard)) == is_great
    assert_shard_equals_rule(redis, shard, log.people, log.entries)


def test_nobody_is_great_in_a_generation_that_does_not_say_from_when(redis: Redis) -> None:
    log, shard = followed(6), replace(ONE_SHARD, great=NOBODY_IS_GREAT).shard(0)
    apply_all(BatchWriter(redis, PROJECTION), shard, log.entries)
    assert great_in(redis, shard) == {}
    assert_shard_equals_rule(redis, shard, log.people, log.entries)


@on_one_server
@given(log=histories, generation=shapes, budget=budgets)
def test_in_the_middle_of_a_change_every_feed_is_as_before_the_event_or_as_after_it(
    redis: Redis, log: LogBuilder, generation: Generation, budget: int
) -> None:
    """As after it alone where it was the reader's own to do; others see no difference at all."""
    redis.flushall()
    writer, model = BatchWriter(redis, PROJECTION, budget=budget), Model(log.entries, generation)
    for shard in generation.all_shards():
        people = [one for one in log.people if generation.shard_of(one) == shard]

        def look(shard: Shard = shard, people: Sequence[int] = people) -> None:
            checkpoint = checkpoint_of(redis, shard)
            if not checkpoint.place:
                return
            before, after = model.at(checkpoint.position), model.after(checkpoint.position)
            for person, now in seen_feeds(redis, shard, people).items():
                assert now in (before.seen(person), after.seen(person))

        for entry in log.entries:
            stands = Checkpoint(entry.prev)
            while stands.position < entry.position:
                stands = writer.apply(shard, stands, [entry], look)


@pytest.mark.parametrize("ends", [False, True])
def test_a_change_of_many_followers_takes_many_calls_and_each_is_bounded(
    redis: Redis, ends: bool
) -> None:
    """Whoever reads in between sees every feed as it was."""
    shard = replace(ONE_SHARD, great=Greatness(6, 5)).shard(0)
    log = followed(6)
    if ends:
        unfollows(log, 1)
    apply_all(BatchWriter(redis, PROJECTION), shard, log.entries[:-1])
    people = (log.people[1:] if not ends else log.people[:-1])[:-1]
    before = seen_feeds(redis, shard, people)
    places: list[int] = []

    def look() -> None:
        places.append(checkpoint_of(redis, shard).place)
        assert seen_feeds(redis, shard, people) == before
        assert great_in(redis, shard).keys() == (set(log.people[:1]) if ends else set())

    stands = Checkpoint(log.entries[-2].position)
    BatchWriter(redis, PROJECTION, budget=2).apply(shard, stands, log.entries[-1:], look)
    assert len(places) >= 4
    assert places == sorted(set(places))
    assert bool(great_in(redis, shard)) is not ends
    assert_shard_equals_rule(redis, shard, log.people, log.entries)


@pytest.mark.parametrize(
    ("posts", "budget", "ends"), [(40, 14, False), (8, 18, False), (40, 14, True)]
)
def test_changing_over_followers_with_long_feeds_is_work_that_ends_a_call(
    redis: Redis, posts: int, budget: int, ends: bool
) -> None:
    """The budget is enough for one of them, not for two."""
    shard = replace(ONE_SHARD, window=posts + 1, great=Greatness(6, 5)).shard(0)
    log = history(7, [Wish("publish", 0, 0, 0)] * posts)
    for follower in range(1, 7):
        log.add(Wish("follow", follower, 0, 0))
    if ends:
        unfollows(log, 1)
    apply_all(BatchWriter(redis, PROJECTION), shard, log.entries[:-1])
    stands, places = Checkpoint(log.entries[-2].position), list[int]()
    writer = BatchWriter(redis, PROJECTION, budget=budget)
    writer.apply(
        shard, stands, log.entries[-1:], lambda: places.append(checkpoint_of(redis, shard).place)
    )
    assert places == ([1, 2, 3, 4] if ends else [1, 2, 3, 4, 5])
    assert_shard_equals_rule(redis, shard, log.people, log.entries)


@pytest.mark.parametrize("followers", [40, 400])
def test_a_post_of_a_great_author_and_its_deletion_cost_the_same_for_any_number_of_followers(
    redis: Redis, followers: int
) -> None:
    shard = replace(ONE_SHARD, great=Greatness(40, 20)).shard(0)
    log = history(followers + 1, [Wish("follow", who, 0, 0) for who in range(1, followers + 1)])
    apply_all(BatchWriter(redis, PROJECTION), shard, log.entries)
    stands = log.entries[-1].position
    for what in ("publish", "delete"):
        log.add(Wish(what, 0, 0, 0))
        redis.config_resetstat()
        writer = BatchWriter(redis, PROJECTION, budget=1)
        writer.apply(shard, Checkpoint(stands), log.entries[-1:])
        stands = log.entries[-1].position
        writes = commands_since(redis, "lpush", "lrem")
        assert writes == 2, "the author's own window and their own feed"
        assert commands_since(redis, "evalsha", "eval") == 1
    assert_shard_equals_rule(redis, shard, log.people, log.entries)


def commands_since(redis: Redis, *names: str) -> int:
    """How often these were carried out since the statistics were set back."""
    stats = cast("dict[str, dict[str, int]]", redis.info("commandstats"))
    return sum(stats.get(f"cmdstat_{name}", {}).get("calls", 0) for name in names)


def test_an_unfollow_that_was_none_ends_no_greatness_and_a_follow_that_was_none_begins_none(
    redis: Redis,
) -> None:
    """Of a pair of which an event was left out."""
    shard = replace(ONE_SHARD, great=Greatness(3, 1)).shard(0)
    log = followed(2)
    again = replace(log.entries[-1], position=90, prev=log.entries[-1].position, is_torn=True)
    apply_all(BatchWriter(redis, PROJECTION), shard, [*log.entries, again])
    assert great_in(redis, shard) == {}
    log.add(Wish("follow", 3, 0, 0))
    unfollows(log, 1)
    [*entries, gone] = log.entries
    assert isinstance(gone.body, Unfollowed)
    entries += [gone, *(replace(gone, position=n, prev=n - 1) for n in (gone.position + 1,))]
    redis.flushall()
    apply_all(BatchWriter(redis, PROJECTION), shard, entries)
    assert list(great_in(redis, shard)) == log.people[:1]
