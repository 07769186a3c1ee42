"""Feeds that nobody reads: nothing is delivered to them, and whoever reads one sees it whole."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from projections.batch_writer import BatchWriter
from projections.greatness import NOBODY_IS_GREAT, Greatness
from projections.home_feed.apply import PROJECTION
from projections.home_feed.keys import FEEDS, HOME_FEED
from projections.home_feed.turning import Turning
from projections.shards import FOREVER, Generation, Shard
from tests.convergence.cold import assert_shard_is_right
from tests.convergence.histories import LogBuilder, Wish, histories, history
from tests.convergence.test_great_audiences import (
    apply_all,
    commands_since,
    followed,
    great_in,
    unfollows,
)
from tests.convergence.test_home_feed_converges import (
    after,
    budgets,
    checkpoint_of,
    on_one_server,
    shapes,
)
from tests.convergence.windows import assert_shard_equals_rule

ONE_SHARD = Generation(HOME_FEED, 1, shards=1, window=5, great=Greatness(3, 1))


def at_home(log: LogBuilder, shard: Shard) -> list[int]:
    """The people whose feeds stand in the shard."""
    return [one for one in log.people if shard.generation.shard_of(one) == shard]


def turn_some(turning: Turning, shard: Shard, people: Sequence[int], data: st.DataObject) -> None:
    """Lets some of these go cold or warm."""
    some = data.draw(st.lists(st.sampled_from(people), max_size=4)) if people else []
    (turning.cool if data.draw(st.booleans()) else turning.warm)(shard, some)


@on_one_server
@given(log=histories, generation=shapes, budget=budgets, data=st.data())
def test_whatever_goes_cold_or_warm_when_every_window_is_as_the_model_says(
    redis: Redis, log: LogBuilder, generation: Generation, budget: int, data: st.DataObject
) -> None:
    redis.flushall()
    writer = BatchWriter(redis, PROJECTION, budget=budget)
    turning = Turning(redis, budget=data.draw(budgets))
    for shard in generation.all_shards():
        while (stands := checkpoint_of(redis, shard)).position < log.entries[-1].position:
            writer.apply(shard, stands, after(log.entries, stands.position, data.draw(budgets)))
            turn_some(turning, shard, at_home(log, shard), data)
            if checkpoint_of(redis, shard).place == 0:
                assert_shard_is_right(redis, shard, log.people, log.entries)


class Dies:
    """Stands in for the connection: whoever turns feeds dies after so many calls."""

    def __init__(self, turning: Turning, calls: int) -> None:
        self._real = turning._turn
        self._left = calls
        turning._turn = self  # pyright: ignore[reportAttributeAccessIssue]

    def __call__(self, keys: list[str], args: list[str]) -> object:
        if not self._left:
            raise RedisConnectionError("died")
        self._left -= 1
        return self._real(keys=keys, args=args)


def test_a_cold_feed_is_no_longer_delivered_to_and_the_others_are(redis: Redis) -> None:
    shard = replace(ONE_SHARD, great=NOBODY_IS_GREAT).shard(0)
    log = followed(6)
    writer = BatchWriter(redis, PROJECTION)
    apply_all(writer, shard, log.entries)
    Turning(redis).cool(shard, log.people[1:5])
    for person in log.people[1:5]:
        assert not redis.exists(f"{shard.tag}{FEEDS}{person}")
    stands = checkpoint_of(redis, shard)
    for what in ("publish", "delete"):
        log.add(Wish(what, 0, 0, 0))
        redis.config_resetstat()
        stands = writer.apply(shard, stands, log.entries[-1:])
        writes = commands_since(redis, "lpush", "lrem")
        assert writes == 2 + 2, "the author's own window and feed, and two feeds that are warm"
    assert_shard_is_right(redis, shard, log.people, log.entries)


def test_the_owner_of_a_cold_feed_follows_and_unfollows_as_ever(redis: Redis) -> None:
    shard = replace(ONE_SHARD, great=NOBODY_IS_GREAT).shard(0)
    log = history(3, [Wish("publish", 1, 0, 0), Wish("publish", 2, 0, 0), Wish("follow", 0, 1, 0)])
    writer, turning = BatchWriter(redis, PROJECTION), Turning(redis)
    apply_all(writer, shard, log.entries)
    reader = log.people[0]
    turning.cool(shard, [reader])
    log.add(Wish("follow", 0, 2, 0))
    unfollows(log, 1)
    log.add(Wish("follow", 0, 2, 0))
    log.add(Wish("unfollow", 0, 0, 0))
    apply_all(writer, shard, log.entries)
    look = assert_shard_is_right(redis, shard, log.people, log.entries)
    assert (look.followees[reader], look.cold_followers) == ([log.people[2]], {log.people[2]: 1})
    assert turning.warm(shard, [reader]).warm == 1
    look = assert_shard_is_right(redis, shard, log.people, log.entries)
    assert (look.audiences[log.people[2]], look.cold_followers) == ([reader], {})


@pytest.mark.parametrize("cold", [0, 1, 2, 3])
def test_cold_followers_count_for_who_is_great(redis: Redis, cold: int) -> None:
    log, shard = followed(2), ONE_SHARD.shard(0)
    writer, turning = BatchWriter(redis, PROJECTION), Turning(redis)
    apply_all(writer, shard, log.entries)
    turning.cool(shard, log.people[1 : 1 + cold])
    log.add(Wish("follow", 3, 0, 0))
    apply_all(writer, shard, log.entries)
    assert great_in(redis, shard) == {log.people[0]: log.entries[-1].position}
    assert_shard_is_right(redis, shard, log.people, log.entries)
    turning.cool(shard, log.people[1 : 1 + cold])
    turning.warm(shard, log.people[1:2])
    assert_shard_is_right(redis, shard, log.people, log.entries)
    unfollows(log, 1)
    apply_all(writer, shard, log.entries)
    assert great_in(redis, shard)
    unfollows(log, 1)
    apply_all(writer, shard, log.entries)
    assert not great_in(redis, shard)
    assert_shard_is_right(redis, shard, log.people, log.entries)


@pytest.mark.parametrize("warm", [False, True])
def test_a_feed_of_many_followees_turns_in_many_calls_and_each_is_bounded(
    redis: Redis, warm: bool
) -> None:
    shard = replace(ONE_SHARD, great=NOBODY_IS_GREAT).shard(0)
    log = history(41, [Wish("publish", who, 0, 0) for who in range(41)])
    for who in range(1, 41):
        log.add(Wish("follow", 0, who, 0))
    apply_all(BatchWriter(redis, PROJECTION), shard, log.entries)
    reader = log.people[0]
    turning = Turning(redis, budget=20)
    if warm:
        Turning(redis).cool(shard, [reader])
    calls = Dies(turning, 1_000)
    (turning.warm if warm else turning.cool)(shard, [reader])
    assert 1_000 - calls._left >= (5 if warm else 2)
    assert_shard_is_right(redis, shard, log.people, log.entries)


def test_nothing_turns_in_a_shard_that_is_held_or_inside_an_event(redis: Redis) -> None:
    shard = replace(ONE_SHARD, great=NOBODY_IS_GREAT).shard(0)
    log = followed(6)
    apply_all(BatchWriter(redis, PROJECTION), shard, log.entries)
    for field, value in (("held_until", FOREVER), ("place", 2)):
        redis.hset(shard.checkpoint_key, field, value)
        assert Turning(redis).cool(shard, log.people).left == log.people
        redis.hdel(shard.checkpoint_key, field)
    assert Turning(redis).cool(shard, log.people).cold == len(log.people)


def test_a_shard_that_begins_anew_lets_nobody_go_cold_whom_it_does_not_know_yet(
    redis: Redis,
) -> None:
    shard = replace(ONE_SHARD, great=NOBODY_IS_GREAT).shard(0)
    log = followed(6)
    known = [one for one in log.people if one <= log.people[2]]
    begins = [entry for entry in log.entries if entry.position <= known[-1]]
    writer, turning = BatchWriter(redis, PROJECTION), Turning(redis)
    apply_all(writer, shard, begins)
    assert turning.cool(shard, log.people).cold == len(known)
    look = assert_shard_is_right(redis, shard, log.people, begins)
    assert look.warmth == dict.fromkeys(known, 0)


def test_no_feed_goes_cold_in_a_generation_that_does_not_keep_whom_everybody_follows(
    redis: Redis,
) -> None:
    shard = replace(ONE_SHARD, can_cool=False).shard(0)
    log = followed(6)
    unfollows(log, 5)
    apply_all(BatchWriter(redis, PROJECTION), shard, log.entries)
    assert Turning(redis).cool(shard, log.people).cold == 0
    assert not redis.keys("*}o:*")
    assert_shard_equals_rule(redis, shard, log.people, log.entries)
