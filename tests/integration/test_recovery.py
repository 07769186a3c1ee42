"""What vanishes or is replaced under a system in which nothing happens is noticed all the same."""

from projections.log.relay import Relay
from projections.log.stream import STREAM
from projections.projector import Projector
from projections.shards import FOREVER, Checkpoint
from tests.integration.pipeline import Pipeline, no_wait, patiently


def step_until_all_stands_at_the_head(
    pipeline: Pipeline, relay: Relay, projector: Projector
) -> None:
    for _ in patiently():
        projector._share_until = 0.0
        relay.step(no_wait)
        projector.step()
        if set(pipeline.checkpoints().values()) == {Checkpoint(pipeline.head())}:
            return
    raise AssertionError(f"{pipeline.checkpoints()}, head {pipeline.head()}")


def test_read_models_emptied_in_silence_are_refilled_without_a_new_event(
    pipeline: Pipeline,
) -> None:
    projector = pipeline.projector()
    pipeline.people(3)
    pipeline.carry()
    pipeline.project(projector)
    pipeline.redis.flushall()
    pipeline.own_relay._member._next_beat = projector._member._next_beat = 0.0
    step_until_all_stands_at_the_head(pipeline, pipeline.own_relay, projector)
    assert pipeline.stream.last_position() == pipeline.head()


def test_read_models_that_lost_their_last_seconds_catch_up_without_a_new_event(
    pipeline: Pipeline,
) -> None:
    projector = pipeline.projector()
    pipeline.people(3)
    pipeline.carry()
    pipeline.project(projector)
    # As after a failover to a replica that was behind: an older stream, older checkpoints.
    pipeline.redis.delete(STREAM)
    epoch = pipeline.store.epoch()
    pipeline.stream.append(epoch, 0, pipeline.store.read_after(0, 4))
    for shard in pipeline.checkpoints():
        pipeline.redis.delete(*pipeline.redis.keys(f"{shard.tag}*"))
    step_until_all_stands_at_the_head(pipeline, pipeline.own_relay, projector)


def test_without_any_history_every_shard_is_complete_up_to_nothing(pipeline: Pipeline) -> None:
    projector = pipeline.projector()
    projector.step()
    found = [pipeline.redis.hget(s.checkpoint_key, "position") for s in pipeline.checkpoints()]
    assert found == [b"0"] * 6


def test_with_a_history_yet_to_come_no_shard_claims_to_be_complete(pipeline: Pipeline) -> None:
    pipeline.people(1)
    pipeline.projector().step()  # the relay has carried nothing yet
    found = [pipeline.redis.hget(s.checkpoint_key, "position") for s in pipeline.checkpoints()]
    assert found == [None] * 6


def test_a_shard_that_stands_somewhere_does_not_begin_again(pipeline: Pipeline) -> None:
    """A worker that thinks it new may be late."""
    pipeline.people(1)
    pipeline.carry()
    pipeline.project(pipeline.projector())
    before = pipeline.checkpoints()
    pipeline.generations.begin(before)
    assert pipeline.checkpoints() == before


def test_a_heartbeat_leaves_the_pointer_to_the_active_generation_alone(pipeline: Pipeline) -> None:
    generations = pipeline.generations
    first = generations.ensure_active("posts", shards=1, window=5)
    second = generations.announce("posts", shards=1, window=5)
    generations.finish(second, 0)
    assert generations.switch(first, second, hold_ms=0).done
    assert generations.ensure_active("posts", shards=1, window=5) == second


def test_a_generation_that_rests_takes_no_batch_until_it_is_woken(pipeline: Pipeline) -> None:
    projector = pipeline.projector()
    pipeline.people(1)
    pipeline.carry()
    pipeline.project(projector)
    resting = pipeline.generations.active(["posts"])[0]
    before = pipeline.generations.checkpoints(resting.all_shards())
    for shard in resting.all_shards():
        pipeline.redis.hset(shard.checkpoint_key, "held_until", str(FOREVER))
    pipeline.write_model.register(handle="late", display_name=None)
    pipeline.carry()
    projector.step()
    assert pipeline.generations.checkpoints(resting.all_shards()) == before
    pipeline.generations.wake(resting)
    pipeline.project(projector)


def test_only_a_relay_that_waits_listens(pipeline: Pipeline, database_url: str) -> None:
    """What nobody fetches would fill Postgres' notification queue, which all share."""
    standby = pipeline.relay()
    pipeline.own_relay.step(no_wait)
    standby.step(no_wait)
    assert pipeline.store._connection is None
    projector = pipeline.projector()
    pipeline.people(1)
    projector.step()
    assert not pipeline.store._listening
