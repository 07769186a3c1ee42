"""Who takes over from whom, and what a reader is told meanwhile: on a real Valkey."""

import asyncio
import time
from collections.abc import Callable

import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from projections.errors import GenerationRefused, ProjectionUnavailable
from projections.generations import Generations
from projections.home_feed.keys import HOME_FEED
from projections.home_feed.read import HomeFeedReader
from projections.log.in_sight import HistoryInSight
from projections.shards import FOREVER, Checkpoint, Generation
from tests.conftest import Servers
from tests.integration.pipeline import Pipeline

PERSON = 2


class Pair:
    """An active generation and one that is to take over, each with its shards' checkpoints."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self.generations = Generations(redis)
        self.old = self.generations.ensure_active(HOME_FEED, shards=2, window=5)
        self.new = self.generations.announce(HOME_FEED, shards=3, window=5)

    def stand(self, generation: Generation, *checkpoints: tuple[int, int]) -> None:
        for shard, (position, place) in zip(generation.all_shards(), checkpoints, strict=True):
            self.redis.hset(shard.checkpoint_key, mapping={"position": position, "place": place})

    def held_until(self, generation: Generation) -> list[int]:
        found = [self.redis.hget(s.checkpoint_key, "held_until") for s in generation.all_shards()]
        return [int(held_until or 0) for held_until in found]

    @property
    def active(self) -> Generation:
        return self.generations.active([HOME_FEED])[0]


@pytest.fixture
def pair(redis: Redis) -> Pair:
    return Pair(redis)


@pytest.mark.parametrize("old", [((7, 0), (9, 0)), ((9, 0), (8, 2)), ((0, 0), (0, 0))])
def test_one_that_is_not_behind_takes_over_and_the_old_one_rests(
    pair: Pair, old: tuple[tuple[int, int], ...]
) -> None:
    pair.stand(pair.old, *old)
    pair.stand(pair.new, (9, 0), (9, 0), (12, 0))
    assert pair.generations.switch(pair.old, pair.new, hold_ms=60_000).done
    assert pair.active == pair.new
    assert pair.held_until(pair.old) == [FOREVER] * 2
    assert pair.held_until(pair.new) == [0] * 3


def test_one_that_rested_takes_over_awake(pair: Pair) -> None:
    pair.stand(pair.old, (9, 0), (9, 0))
    pair.stand(pair.new, (9, 0), (9, 0), (9, 0))
    pair.generations.rest(pair.new)
    assert pair.generations.switch(pair.old, pair.new, hold_ms=0).done
    assert pair.held_until(pair.new) == [0] * 3


@pytest.mark.parametrize(
    ("old", "ahead"),
    [
        (((10, 0), (7, 0)), Checkpoint(10)),
        (((7, 0), (10, 0)), Checkpoint(10)),
        # In the middle of event 10: a reader may have seen it.
        (((9, 2), (9, 0)), Checkpoint(9, 2)),
        (((9, 0), (9, 2)), Checkpoint(9, 2)),
    ],
)
def test_one_that_is_behind_does_not_and_the_old_one_is_held_for_it(
    pair: Pair, old: tuple[tuple[int, int], ...], ahead: Checkpoint
) -> None:
    pair.stand(pair.old, *old)
    pair.stand(pair.new, (12, 0), (12, 0), (9, 0))
    switched = pair.generations.switch(pair.old, pair.new, hold_ms=60_000)
    assert (switched.done, switched.ahead) == (False, ahead)
    assert pair.active == pair.old
    now = time.time() * 1000
    assert all(now < until < now + 61_000 for until in pair.held_until(pair.old))
    assert pair.held_until(pair.new) == [0] * 3


def test_a_shard_without_a_checkpoint_is_behind(pair: Pair) -> None:
    pair.stand(pair.old, (0, 0), (0, 0))
    assert not pair.generations.switch(pair.old, pair.new, hold_ms=0).done


def test_nobody_takes_over_from_one_that_is_not_the_active_one(pair: Pair) -> None:
    third = pair.generations.announce(HOME_FEED, shards=3, window=5)
    for generation in (pair.new, third):
        pair.stand(generation, (9, 0), (9, 0), (9, 0))
    with pytest.raises(GenerationRefused):
        pair.generations.switch(pair.new, third, hold_ms=60_000)
    assert pair.active == pair.old
    assert pair.held_until(pair.new) == [0] * 3


def test_a_hold_that_is_over_goes_with_the_next_batch(pipeline: Pipeline) -> None:
    """While one stands there, every reader looks at the pointer again."""
    pipeline.people(1)
    pipeline.carry()
    projector = pipeline.projector()
    pipeline.project(projector)
    shard = pipeline.generations.active([HOME_FEED])[0].shard(0)
    pipeline.redis.hset(shard.checkpoint_key, "held_until", int(time.time() * 1000) - 1)
    pipeline.write_model.register(handle="late", display_name=None)
    pipeline.carry()
    pipeline.project(projector)
    assert pipeline.redis.hget(shard.checkpoint_key, "held_until") is None


def test_a_dropped_first_generation_stays_away(pair: Pair) -> None:
    """Projectors see with every heartbeat that there is an active one."""
    pair.stand(pair.new, (0, 0), (0, 0), (0, 0))
    assert pair.generations.switch(pair.old, pair.new, hold_ms=0).done
    pair.generations.drop(pair.old, lambda _: None)
    assert pair.generations.ensure_active(HOME_FEED, shards=2, window=5) == pair.new
    assert [one.generation for one in pair.generations.listed(HOME_FEED)] == [pair.new]


def test_the_active_one_is_neither_dropped_nor_laid_to_rest(pair: Pair) -> None:
    with pytest.raises(GenerationRefused):
        pair.generations.drop(pair.old, lambda _: None)
    with pytest.raises(GenerationRefused):
        pair.generations.rest(pair.old)
    assert pair.active == pair.old
    assert pair.held_until(pair.old) == [0] * pair.old.shards


def test_one_that_the_registry_does_not_know_never_becomes_active(pair: Pair) -> None:
    for generation in (pair.old, pair.new):
        pair.stand(generation, *[(9, 0)] * generation.shards)
    pair.redis.hdel(f"slackwater:generations:{HOME_FEED}", str(pair.new.number))
    with pytest.raises(GenerationRefused):
        pair.generations.switch(pair.old, pair.new, hold_ms=0)
    assert pair.active == pair.old


def test_a_registry_that_lost_its_counter_gives_no_number_twice(pair: Pair) -> None:
    pair.redis.hdel(f"slackwater:generations:{HOME_FEED}", "last")
    taken = {one.generation.number for one in pair.generations.listed(HOME_FEED)}
    new = pair.generations.announce(HOME_FEED, shards=1, window=1)
    assert new.number == max(taken) + 1


def test_one_that_was_dropped_half_way_is_not_taken_for_complete(pair: Pair) -> None:
    pair.stand(pair.new, (9, 0), (9, 0), (9, 0))
    pair.generations.rest(pair.new)

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pair.generations.drop(pair.new, stop)
    assert [str(one.state) for one in pair.generations.listed(HOME_FEED)] == ["active", "building"]


def told(servers: Servers, between: Callable[[], object]) -> tuple[int, int]:
    """The positions that one reader is told, before something happens and right after it."""

    async def both() -> tuple[int, int]:
        async with AsyncRedis.from_url(servers.redis_url) as client:
            reader = HomeFeedReader(client, HistoryInSight())
            before = await _position(reader)
            between()
            return before, await _position(reader)

    return asyncio.run(both())


async def _position(reader: HomeFeedReader) -> int:
    return (await reader.feed(PERSON, below=0, limit=1)).position


def take_over(pair: Pair) -> None:
    pair.stand(pair.old, (7, 0), (7, 0))
    pair.stand(pair.new, (9, 0), (9, 0), (9, 0))
    assert pair.generations.switch(pair.old, pair.new, hold_ms=0).done


def test_after_a_switch_a_reader_answers_from_the_new_one_at_once(
    pair: Pair, servers: Servers
) -> None:
    pair.stand(pair.old, (7, 0), (7, 0))
    assert told(servers, lambda: take_over(pair)) == (7, 9)


def test_a_reader_that_finds_its_generation_dropped_answers_from_the_new_one(
    pair: Pair, servers: Servers
) -> None:
    pair.stand(pair.old, (7, 0), (7, 0))

    def drop() -> None:
        take_over(pair)
        pair.generations.drop(pair.old, lambda _: None)

    assert told(servers, drop) == (7, 9)


def test_while_a_generation_is_held_for_a_switch_it_is_read_on(
    pair: Pair, servers: Servers
) -> None:
    pair.stand(pair.old, (7, 0), (7, 0))

    def hold() -> None:
        assert not pair.generations.switch(pair.old, pair.new, hold_ms=60_000).done

    assert told(servers, hold) == (7, 7)


def test_what_has_no_checkpoint_is_not_served_as_empty(pair: Pair, servers: Servers) -> None:
    pair.stand(pair.old, (7, 0), (7, 0))
    keys = [shard.checkpoint_key for shard in pair.old.all_shards()]
    with pytest.raises(ProjectionUnavailable):
        told(servers, lambda: pair.redis.delete(*keys))
