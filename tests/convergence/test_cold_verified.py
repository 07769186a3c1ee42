"""What verification says of shards with cold feeds: it knows cold from wrong."""

import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis

from projections.batch_writer import BatchWriter
from projections.greatness import Greatness
from projections.home_feed.apply import PROJECTION
from projections.home_feed.keys import FEEDS, HOME_FEED, WARMTH
from projections.home_feed.turning import Turning
from projections.shards import Generation, Shard
from projections.verify.findings import Findings
from projections.verify.inspection import Inspection, Sample
from projections.verify.items import Write
from projections.verify.warmth import Warmth
from tests.convergence.cold import assert_shard_is_right
from tests.convergence.contents import contents
from tests.convergence.histories import LogBuilder, Wish, histories, history
from tests.convergence.test_cold_feeds import at_home, turn_some
from tests.convergence.test_great_audiences import apply_all
from tests.convergence.test_home_feed_converges import after, checkpoint_of, on_one_server, shapes
from tests.integration.corruptions import COLD
from tests.prove.look import Looker
from tests.prove.truth_from_log import IdentitiesFromLog, TruthFromLog

GENERATION = Generation(HOME_FEED, 1, shards=1, window=3, great=Greatness(3, 2))


class Verified:
    """Verification of one generation against one log."""

    def __init__(self, redis: Redis, log: LogBuilder, generation: Generation) -> None:
        self._of = redis, generation
        self._truth = TruthFromLog(lambda: log.entries)
        self._identities = IdentitiesFromLog(lambda: log.entries, self._truth)

    def inspection(self, *, repair: bool = False) -> Inspection:
        return Inspection(*self._of, self._truth, self._identities, repair=repair)

    def inspect(self, *, repair: bool = False) -> Findings:
        return self.inspection(repair=repair).inspect(Sample())


def live(redis: Redis, log: LogBuilder, generation: Generation, data: st.DataObject) -> None:
    """Applies the log while feeds go cold and warm."""
    writer, turning = BatchWriter(redis, PROJECTION), Turning(redis)
    for shard in generation.all_shards():
        while (stands := checkpoint_of(redis, shard)).position < log.entries[-1].position:
            count = data.draw(st.integers(1, 30))
            writer.apply(shard, stands, after(log.entries, stands.position, count))
            turn_some(turning, shard, at_home(log, shard), data)


@on_one_server
@given(log=histories, generation=shapes, data=st.data())
def test_what_is_cold_or_was_is_found_sound(
    redis: Redis, log: LogBuilder, generation: Generation, data: st.DataObject
) -> None:
    redis.flushall()
    live(redis, log, generation, data)
    found = Verified(redis, log, generation).inspect()
    assert [str(one) for one in found.differences] == []


@on_one_server
@given(log=histories, generation=shapes, data=st.data(), seed=st.integers(0, 1_000))
def test_whatever_is_wrong_about_cold_feeds_is_found_and_mended(
    redis: Redis, log: LogBuilder, generation: Generation, data: st.DataObject, seed: int
) -> None:
    redis.flushall()
    live(redis, log, generation, data)
    verified, rng = Verified(redis, log, generation), random.Random(seed)
    for corrupt in COLD:
        try:
            corrupt(redis, HOME_FEED, rng)
        except IndexError:
            continue  # nobody is cold, or nobody follows anybody
        assert verified.inspect(repair=True).different > 0, corrupt.__name__
        assert [str(one) for one in verified.inspect().differences] == []
        for shard in generation.all_shards():
            assert_shard_is_right(redis, shard, log.people, log.entries)


def small_world(redis: Redis) -> tuple[LogBuilder, Shard]:
    """Four people; the first two of them follow the others, and are cold; so does the third."""
    log = history(4, [Wish("publish", who, 0, 0) for who in range(4)])
    for who, whom in ((0, 2), (0, 3), (1, 2), (1, 3), (2, 3)):
        log.add(Wish("follow", who, whom, 0))
    shard = GENERATION.shard(0)
    apply_all(BatchWriter(redis, PROJECTION), shard, log.entries)
    Turning(redis).cool(shard, log.people[:2])
    return log, shard


Damage = Callable[[Any, str, Sequence[int]], object]

WRONG: dict[str, tuple[Damage, str]] = {
    "a cold person is delivered to": (
        lambda redis, tag, people: redis.rpush(f"{tag}r:{people[3]}", people[0]),
        "audience of {3}: extra {0}",
    ),
    "a cold person is not counted": (
        lambda redis, tag, people: redis.hset(f"{tag}cold", people[3], 1),
        "audience of {3}: changed: 1 cold, not 2 cold",
    ),
    "nobody is counted": (
        lambda redis, tag, _: redis.delete(f"{tag}cold"),
        "audience of {3}: changed: 0 cold, not 2 cold",
    ),
    "a cold person's followee is forgotten": (
        lambda redis, tag, people: redis.lrem(f"{tag}o:{people[0]}", 1, people[2]),
        "followees of {0}: missing {2}",
    ),
    "a cold feed is stored": (
        lambda redis, tag, people: redis.rpush(f"{tag}f:{people[0]}", people[0] + 4),
        "feed of {0}: extra",
    ),
    "a cold feed has a horizon": (
        lambda redis, tag, people: redis.hset(f"{tag}fh", people[0], 2),
        "feed of {0}: horizon: 2, not 0",
    ),
    "a cold person has great followees": (
        lambda redis, tag, people: redis.rpush(f"{tag}g:{people[0]}", people[3]),
        "great followees of {0}: extra {3}",
    ),
    "a warm feed is gone, but not cold": (
        lambda redis, tag, people: redis.delete(f"{tag}f:{people[2]}"),
        "feed of {2}: missing",
    ),
    "a cold feed is said to be warm": (
        lambda redis, tag, people: redis.hdel(f"{tag}warmth", people[0]),
        "feed of {0}: missing",
    ),
    "a warm feed is said to be cold": (
        lambda redis, tag, people: redis.hset(f"{tag}warmth", people[2], 0),
        "audience of {3}: extra {2}",
    ),
    "a feed is warm since the future": (
        lambda redis, tag, people: redis.hset(f"{tag}warmth", people[2], 999),
        "warmth of {2}: extra: 999, not nothing",
    ),
    "it is not said what a feed is": (
        lambda redis, tag, people: redis.hset(f"{tag}warmth", people[2], "rubbish"),
        "warmth of {2}: extra: rubbish, not nothing",
    ),
    "the feed of nobody is cold": (
        lambda redis, tag, _: redis.hset(f"{tag}warmth", 77777, 0),
        "warmth of 77777: extra: 0, not nothing",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_each_thing_that_can_be_wrong_is_named_and_mended(redis: Redis, what: str) -> None:
    log, shard = small_world(redis)
    verified = Verified(redis, log, GENERATION)
    assert verified.inspect().different == 0
    damage, named = WRONG[what]
    damage(redis, shard.tag, log.people)
    found = verified.inspect(repair=True)
    names = [str(one) for one in found.differences]
    assert any(named.format(*log.people) in name for name in names), names
    assert verified.inspect().different == 0
    assert_shard_is_right(redis, shard, log.people, log.entries)


def test_who_goes_cold_between_the_look_at_an_audience_and_the_one_at_its_members_is_not_wrong(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, shard = small_world(redis)
    ask, turned = Warmth.since, list[int]()

    def turn_then_ask(self: Warmth, *of: Any) -> Any:
        if not turned:
            turned.append(Turning(redis).cool(shard, log.people[2:3]).cold)
        return ask(self, *of)

    monkeypatch.setattr(Warmth, "since", turn_then_ask)
    found = Verified(redis, log, GENERATION).inspect()
    assert (found.different, turned) == (0, [1])


def test_what_was_compared_before_a_feed_went_cold_is_not_written_afterwards(redis: Redis) -> None:
    log, shard = small_world(redis)
    reader = log.people[2]
    redis.delete(f"{shard.tag}f:{reader}")
    inspection = Verified(redis, log, GENERATION).inspection(repair=True)
    mending = inspection._mending
    assert mending is not None
    write, done = mending.write, list[bool]()

    def turn_then_write(of: Shard, position: int, turns: int, writes: Sequence[Write]) -> bool:
        if not done:
            redis.hset(shard.checkpoint_key, "held_until", 1)
            Turning(redis).cool(shard, [reader])
        done.append(write(of, position, turns, writes))
        return done[-1]

    mending.write = turn_then_write  # pyright: ignore[reportAttributeAccessIssue]
    inspection.inspect(Sample())
    assert done == [False, True]
    assert Looker(redis).at(shard, log.people).is_cold(reader)
    assert_shard_is_right(redis, shard, log.people, log.entries)


def test_what_was_compared_before_a_repair_of_who_is_cold_is_not_written_afterwards(
    redis: Redis,
) -> None:
    log, shard = small_world(redis)
    reader = log.people[2]
    verified = Verified(redis, log, GENERATION)
    inspection = verified.inspection(repair=True)
    mending = inspection._mending
    assert mending is not None
    hold, write, done = mending.hold, mending.write, list[bool]()

    def damage_then_hold(of: Shard) -> bool:
        if not done:
            redis.hset(f"{shard.tag}{WARMTH}", reader, 999)
        return hold(of)

    def another_repair_then_write(
        of: Shard, position: int, turns: int, writes: Sequence[Write]
    ) -> bool:
        if not done:
            assert verified.inspect(repair=True).different > 0
        done.append(write(of, position, turns, writes))
        return done[-1]

    redis.lpush(f"{shard.tag}{FEEDS}{reader}", 777)
    mending.hold = damage_then_hold  # pyright: ignore[reportAttributeAccessIssue]
    mending.write = another_repair_then_write  # pyright: ignore[reportAttributeAccessIssue]
    inspection.inspect(Sample())
    assert done == [False, True]
    assert verified.inspect().different == 0
    assert_shard_is_right(redis, shard, log.people, log.entries)


def test_a_repair_of_what_is_sound_changes_nothing(redis: Redis) -> None:
    log, _ = small_world(redis)
    sound = contents(redis, GENERATION)
    assert Verified(redis, log, GENERATION).inspect(repair=True).repaired == 0
    assert contents(redis, GENERATION) == sound
