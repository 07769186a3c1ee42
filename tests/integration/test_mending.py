"""Mending writes into a real shard that others may be feeding: only where it still stands."""

import time

import pytest
from redis import Redis

from projections.generations import Generations
from projections.home_feed.keys import HOME_FEED
from projections.shards import FOREVER, Shard, State
from projections.verify.items import Write
from projections.verify.mending import Mending

WRITES: list[Write] = [("DEL", "f:2", ()), ("RPUSH", "f:2", (9, 8)), ("HSET", "fh", (2, 7))]


@pytest.fixture
def shard(redis: Redis) -> Shard:
    """It stands at 9, with a feed that is wrong."""
    shard = Generations(redis).ensure_active(HOME_FEED, shards=1, window=5).shard(0)
    redis.hset(shard.checkpoint_key, mapping={"position": 9, "place": 0})
    redis.rpush(f"{shard.tag}f:2", 1)
    return shard


def feed(redis: Redis, shard: Shard) -> object:
    return redis.lrange(f"{shard.tag}f:2", 0, -1)


def held_until(redis: Redis, shard: Shard) -> int:
    return int(redis.hget(shard.checkpoint_key, "held_until") or 0)


def test_all_is_written_and_the_hold_ends(redis: Redis, shard: Shard) -> None:
    mending = Mending(redis)
    mending.hold(shard)
    now = time.time() * 1000
    assert now < held_until(redis, shard) < now + 2_000
    assert mending.write(shard, 9, 0, WRITES)
    assert feed(redis, shard) == [b"9", b"8"]
    assert redis.hget(f"{shard.tag}fh", "2") == b"7"
    assert held_until(redis, shard) == 0


@pytest.mark.parametrize(("position", "place"), [(8, 0), (10, 0), (9, 3)])
def test_nothing_is_written_to_a_shard_that_moved(
    redis: Redis, shard: Shard, position: int, place: int
) -> None:
    redis.hset(shard.checkpoint_key, mapping={"position": position, "place": place})
    assert not Mending(redis).write(shard, 9, 0, WRITES)
    assert feed(redis, shard) == [b"1"]


def test_a_shard_that_rests_is_mended_and_rests_on(redis: Redis, shard: Shard) -> None:
    redis.hset(shard.checkpoint_key, "held_until", str(FOREVER))
    mending = Mending(redis)
    mending.hold(shard)
    assert held_until(redis, shard) == FOREVER
    assert mending.write(shard, 9, 0, WRITES)
    assert feed(redis, shard) == [b"9", b"8"]
    assert held_until(redis, shard) == FOREVER


def test_a_checkpoint_that_cannot_be_right_is_moved_and_its_hold_ends(
    redis: Redis, shard: Shard
) -> None:
    redis.hset(shard.checkpoint_key, mapping={"place": 3, "held_until": str(FOREVER)})
    assert Mending(redis).move_checkpoint(shard, b"9", 7)
    assert redis.hgetall(shard.checkpoint_key) == {b"position": b"7", b"place": b"0"}


def test_a_checkpoint_that_has_moved_since_it_was_seen_is_left_there(
    redis: Redis, shard: Shard
) -> None:
    before = redis.hgetall(shard.checkpoint_key)
    assert not Mending(redis).move_checkpoint(shard, b"8", 7)
    assert redis.hgetall(shard.checkpoint_key) == before


@pytest.mark.parametrize("state", [State.RESTING, State.BUILDING])
def test_a_checkpoint_of_a_generation_that_is_not_in_use_is_neither_moved_nor_released(
    redis: Redis, state: State
) -> None:
    generations = Generations(redis)
    generations.ensure_active(HOME_FEED, shards=1, window=5)
    other = generations.announce(HOME_FEED, shards=1, window=5)
    generations.finish(other, 9)
    if state == State.RESTING:
        generations.rest(other)
    assert [one.state for one in generations.listed(HOME_FEED)] == [State.ACTIVE, state]
    [shard] = other.all_shards()
    before = redis.hgetall(shard.checkpoint_key)
    assert not Mending(redis).move_checkpoint(shard, b"9", 7)
    assert redis.hgetall(shard.checkpoint_key) == before
