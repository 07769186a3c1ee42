"""Turns of feeds that take many calls: each call is bounded, and nobody waits for their end."""

from collections.abc import Callable

import pytest
from prometheus_client import REGISTRY
from redis import Redis

from projections import membership
from projections.generations import Generations
from projections.home_feed.cold_feeds import ColdFeeds
from projections.home_feed.keys import FOLLOWEES, HOME_FEED
from projections.home_feed.turning import Turning
from projections.shards import Shard
from projections.vitals import VITALS_KEY_PREFIX
from tests.integration.pipeline import Pipeline

FOLLOWEES_OF_ONE = 1_500
LOOKED_AT_IN_A_CALL = 10
"""At least: with this budget a call looks at so many followees, or a little fewer."""

END = "that-was-all"


@pytest.fixture
def shards(pipeline: Pipeline) -> list[Shard]:
    """Of a home feed that stands at the log's end."""
    pipeline.people(4)
    pipeline.carry()
    pipeline.project(pipeline.projector())
    [active] = Generations(pipeline.redis).active([HOME_FEED])
    return active.all_shards()


@pytest.fixture
def reader(pipeline: Pipeline, shards: list[Shard]) -> int:
    """Somebody in the first shard who follows very many."""
    person = next(n for n in range(1, 100) if shards[0].generation.shard_of(n) == shards[0])
    followees = range(10_000, 10_000 + FOLLOWEES_OF_ONE)
    pipeline.redis.rpush(f"{shards[0].tag}{FOLLOWEES}{person}", *followees)
    return person


def commands_of(redis: Redis, act: Callable[[], object]) -> list[list[str]]:
    """What the server carried out meanwhile, those of scripts included."""
    seen: list[list[str]] = []
    with redis.monitor() as monitor:
        act()
        redis.echo(END)
        while not seen or END not in seen[-1]:
            told = monitor.next_command()
            assert told is not None
            seen.append(str(told["command"]).split())
    return seen


def how_many(first: int, last: int) -> int:
    """Followees from one place to another, which may be told from the end (-1)."""
    return last % FOLLOWEES_OF_ONE - first + 1


@pytest.mark.parametrize("to", ["cold", "warm"])
def test_one_call_reads_no_more_followees_than_it_can_deal_with(
    redis: Redis, shards: list[Shard], reader: int, to: str
) -> None:
    if to == "warm":
        assert Turning(redis).cool(shards[0], [reader]).cold == 1
    turning = Turning(redis, budget=LOOKED_AT_IN_A_CALL)
    turn = turning.cool if to == "cold" else turning.warm
    seen = commands_of(redis, lambda: turn(shards[0], [reader]))
    read = [
        how_many(int(words[2]), int(words[3]))
        for words in seen
        if words[0].upper() == "LRANGE" and words[1].endswith(f"{FOLLOWEES}{reader}")
    ]
    assert len(read) > 1
    assert max(read) <= LOOKED_AT_IN_A_CALL


def is_turning(shard: Shard, redis: Redis) -> bool:
    return bool(redis.hexists(shard.checkpoint_key, "turning"))


@pytest.mark.parametrize("left_by", ["somebody else", "this one"])
def test_a_turn_that_one_step_does_not_finish_is_gone_on_with_at_the_next_one(
    redis: Redis,
    shards: list[Shard],
    reader: int,
    monkeypatch: pytest.MonkeyPatch,
    left_by: str,
) -> None:
    monkeypatch.setattr("projections.home_feed.cold_feeds.EVERY_SECONDS", 1_000.0)
    cold_feeds = ColdFeeds(redis, 0.0)
    cold_feeds._turning = Turning(redis, budget=LOOKED_AT_IN_A_CALL)
    if left_by == "this one":
        cold_feeds._to_cool[shards[0]] = [reader]
    else:
        Turning(redis, budget=1).cool(shards[0], [reader])
    steps = 0
    while not steps or is_turning(shards[0], redis):
        cold_feeds.step(shards)
        steps += 1
        assert steps < FOLLOWEES_OF_ONE, "nobody goes on with it"
    assert steps > 2
    assert redis.hget(shards[0].checkpoint_key, "cold") == b"1"
    cold_feeds.close()


def test_a_worker_says_that_it_is_alive_in_the_middle_of_a_turn(
    pipeline: Pipeline, shards: list[Shard], reader: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(membership, "HEARTBEAT_SECONDS", 0.0)
    projector = pipeline.projector()
    projector.step()
    vitals = VITALS_KEY_PREFIX + projector._member.name
    projector._cold_feeds._to_cool[shards[0]] = [reader]
    pipeline.redis.delete(vitals)
    projector._cold_feeds._next = 0.0
    projector._cold_feeds.step(shards)
    assert pipeline.redis.exists(vitals)
    projector.close()


def shards_shown() -> set[str]:
    """Those of which it is told how many feeds are cold."""
    return {
        sample.labels["shard"]
        for metric in REGISTRY.collect()
        if metric.name == "slackwater_cold_feeds"
        for sample in metric.samples
    }


@pytest.mark.parametrize("left", [1, 0])
def test_cold_feeds_are_told_of_no_shard_that_is_another_workers_now(
    redis: Redis, shards: list[Shard], monkeypatch: pytest.MonkeyPatch, left: int
) -> None:
    monkeypatch.setattr("projections.home_feed.cold_feeds.EVERY_SECONDS", 0.0)
    cold_feeds = ColdFeeds(redis, 0.0)
    cold_feeds.step(shards)
    assert shards_shown() == {str(shard.index) for shard in shards}
    cold_feeds.step(shards[:left])
    assert shards_shown() == {str(shard.index) for shard in shards[:left]}
    cold_feeds.close()
