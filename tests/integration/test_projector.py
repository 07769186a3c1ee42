"""Projectors share the shards, survive one another, and end where the log says."""

import time
from collections.abc import Iterable, Sequence

import pytest

from domain.feed_rule import History
from projections import batch_writer, membership
from projections.home_feed.keys import HOME_FEED
from projections.pace import Pace
from projections.projector import HELD_PAUSE_SECONDS, Projector
from projections.shards import Checkpoint, Shard
from tests.convergence.windows import assert_shard_equals_rule
from tests.integration.pipeline import Pipeline

TAKE_OVER_SECONDS_MAX = 10.0
HELD_SECONDS = 0.5


def write_a_little(pipeline: Pipeline) -> list[int]:
    """Three people, everybody follows everybody, two posts each, one deleted."""
    people = [pipeline.write_model.register(handle=f"p_{n}", display_name=None) for n in range(3)]
    for follower in people:
        for followee in people:
            if follower is not followee:
                pipeline.write_model.set_following(
                    follower_id=follower.id, followee_id=followee.id, following=True
                )
    posts = [pipeline.write_model.publish(author_id=p.id, text="x") for p in people * 2]
    pipeline.write_model.delete(caller_id=people[0].id, post_id=posts[0].id)
    return [person.position for person in people]


def assert_converged(pipeline: Pipeline, people: list[int]) -> None:
    entries = pipeline.store.read_after(0, 1_000)
    assert History((e.position, e.body) for e in entries).feed(people[1])
    for generation in pipeline.generations.active([HOME_FEED]):
        for shard in generation.all_shards():
            assert_shard_equals_rule(pipeline.redis, shard, people, entries)


def shares(*projectors: Projector) -> list[set[Shard]]:
    return [set(projector._checkpoints) for projector in projectors]


def settle(*projectors: Projector) -> None:
    """Lets every projector see who is there, and divide."""
    for _ in range(2):
        for projector in projectors:
            projector._member._next_beat = projector._share_until = 0.0
            projector.step()


def test_a_projector_builds_every_read_model(pipeline: Pipeline) -> None:
    people = write_a_little(pipeline)
    pipeline.carry()
    pipeline.project(pipeline.projector())
    assert_converged(pipeline, people)


def test_two_projectors_divide_the_shards_and_a_third_takes_its_part(pipeline: Pipeline) -> None:
    projectors = [pipeline.projector() for _ in range(3)]
    settle(*projectors[:2])
    first, second = shares(*projectors[:2])
    assert len(first) == len(second) == 3
    assert first.isdisjoint(second)
    settle(*projectors)
    assert sorted(map(len, shares(*projectors))) == [2, 2, 2]
    assert len(set().union(*shares(*projectors))) == 6


def test_a_projector_that_leaves_hands_its_shards_over_at_once(pipeline: Pipeline) -> None:
    first, second = pipeline.projector(), pipeline.projector()
    settle(first, second)
    first._member.leave()
    settle(second)
    assert len(*shares(second)) == 6


def test_a_projector_that_is_gone_loses_its_shards_within_seconds(pipeline: Pipeline) -> None:
    people = write_a_little(pipeline)
    pipeline.carry()
    first, second = pipeline.projector(), pipeline.projector()
    settle(first, second)
    pipeline.write_model.register(handle="late", display_name=None)
    pipeline.carry()
    gone_at = time.monotonic()
    pipeline.project(second)  # the first one never steps again
    assert time.monotonic() - gone_at < TAKE_OVER_SECONDS_MAX
    assert_converged(pipeline, people)


def test_two_projectors_that_both_believe_in_the_same_shards_do_no_harm(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    def everything(_: membership.Member, parts: Sequence[Shard]) -> list[Shard]:
        return list(parts)

    monkeypatch.setattr(membership.Member, "share_of", everything)
    people = write_a_little(pipeline)
    pipeline.carry()
    first, second = pipeline.projector(), pipeline.projector()
    pipeline.project(first, second)
    pipeline.write_model.register(handle="late", display_name=None)
    pipeline.carry()
    pipeline.project(second, first)
    assert_converged(pipeline, people)


def test_read_models_that_vanish_are_filled_again_by_themselves(pipeline: Pipeline) -> None:
    people = write_a_little(pipeline)
    projector = pipeline.projector()
    pipeline.carry()
    pipeline.project(projector)
    pipeline.redis.flushall()
    pipeline.own_relay._member._next_beat = 0.0
    pipeline.write_model.register(handle="late", display_name=None)
    pipeline.carry()
    pipeline.project(projector)
    assert_converged(pipeline, people)


def test_a_shard_that_is_far_behind_does_not_hold_the_others_up(pipeline: Pipeline) -> None:
    write_a_little(pipeline)
    pipeline.carry()
    projector = pipeline.projector()
    pipeline.project(projector)
    late = pipeline.generations.active([HOME_FEED])[0].shard(0)
    pipeline.redis.delete(*pipeline.redis.keys(f"{late.tag}*"))
    projector._checkpoints[late] = Checkpoint()
    pipeline.write_model.register(handle="late", display_name=None)
    pipeline.carry()
    projector.step()
    others = [c for shard, c in pipeline.checkpoints().items() if shard != late]
    assert set(others) == {Checkpoint(pipeline.head())}
    pipeline.project(projector)


def hold(pipeline: Pipeline, shards: Iterable[Shard], seconds: float) -> None:
    for shard in shards:
        until_ms = int(1000 * (time.time() + seconds))
        pipeline.redis.hset(shard.checkpoint_key, "held_until", until_ms)


def reads_of_the_stream(pipeline: Pipeline) -> int:
    """Since the figures were last reset: a projector's round reads once for each place."""
    return pipeline.redis.info("commandstats")["cmdstat_xread"]["calls"]


def test_while_all_its_shards_are_held_a_projector_asks_at_a_measured_pace(
    pipeline: Pipeline,
) -> None:
    write_a_little(pipeline)
    pipeline.carry()
    projector = pipeline.projector()
    pipeline.project(projector)
    pipeline.write_model.register(handle="late", display_name=None)
    pipeline.carry()
    hold(pipeline, pipeline.checkpoints(), seconds=HELD_SECONDS)
    pipeline.redis.config_resetstat()
    began = time.monotonic()
    pipeline.project(projector)
    seconds = time.monotonic() - began
    assert reads_of_the_stream(pipeline) < 10 + seconds / HELD_PAUSE_SECONDS


def test_while_some_of_its_shards_are_held_a_projector_asks_at_a_measured_pace(
    pipeline: Pipeline,
) -> None:
    write_a_little(pipeline)
    pipeline.carry()
    projector = pipeline.projector()
    pipeline.project(projector)
    pipeline.write_model.register(handle="late", display_name=None)
    pipeline.carry()
    [home_feed] = pipeline.generations.active([HOME_FEED])
    hold(pipeline, home_feed.all_shards(), seconds=HELD_SECONDS)
    pipeline.redis.config_resetstat()
    began = time.monotonic()
    pipeline.project(projector)
    seconds = time.monotonic() - began
    # They stand at two places, so there are two reads a round.
    assert reads_of_the_stream(pipeline) < 20 + 2 * seconds / HELD_PAUSE_SECONDS


def test_what_a_batchs_calls_did_not_finish_is_finished_by_the_next_steps(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_writer, "CALLS_MAX", 1)
    people = write_a_little(pipeline)
    pipeline.carry()
    projector = pipeline.projector()
    for writer in projector._writers.values():
        writer._pace = Pace(at_most=2, at_least=2)
    projector.step()
    assert pipeline.slowest_position() < pipeline.head()
    projector._share_until = float("inf")  # from its own memory: nobody else is there
    pipeline.project(projector)
    assert_converged(pipeline, people)
