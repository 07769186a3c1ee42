"""The first calls of all shards go out together: one round trip, as much work as one call."""

from typing import cast

from projections.batch_writer import BatchWriter, make_first_calls
from projections.home_feed.apply import PROJECTION
from projections.home_feed.keys import HOME_FEED
from projections.projector import Projector
from projections.shards import Checkpoint
from tests.integration.pipeline import Pipeline

FOLLOWERS = 12


def settled(pipeline: Pipeline) -> Projector:
    """A projector that has applied everything, and does nothing else in its next steps."""
    pipeline.carry()
    projector = pipeline.projector()
    pipeline.project(projector)
    projector._member._next_beat = projector._share_until = float("inf")
    return projector


def requests_read(pipeline: Pipeline) -> int:
    """How often the server has read something from any client."""
    return cast("int", pipeline.redis.info("stats")["total_reads_processed"])


def test_an_event_reaches_all_shards_in_one_round_trip(pipeline: Pipeline) -> None:
    author = pipeline.write_model.register(handle="author", display_name=None)
    projector = settled(pipeline)
    pipeline.write_model.publish(author_id=author.id, text="x")
    pipeline.carry()
    before = requests_read(pipeline)
    projector.step()
    reads = requests_read(pipeline) - before
    assert set(pipeline.checkpoints().values()) == {Checkpoint(pipeline.head())}
    assert reads == 3  # of the stream, of six calls, of the question itself


def test_all_calls_of_a_round_trip_do_together_what_one_call_may_do(pipeline: Pipeline) -> None:
    author, *followers = [
        pipeline.write_model.register(handle=f"p_{n}", display_name=None)
        for n in range(FOLLOWERS + 1)
    ]
    for follower in followers:
        pipeline.write_model.set_following(
            follower_id=follower.id, followee_id=author.id, following=True
        )
    settled(pipeline)
    stands = Checkpoint(pipeline.head())
    pipeline.write_model.publish(author_id=author.id, text="x")
    entries = pipeline.store.read_after(stands.position, 10)
    [generation] = pipeline.generations.active([HOME_FEED])
    writer = BatchWriter(pipeline.redis, PROJECTION, budget=4)
    begun = [(writer, writer.begin(shard, stands, entries)) for shard in generation.all_shards()]
    make_first_calls(pipeline.redis, begun)
    assert [batch.checkpoint.place for _, batch in begun] == [2, 2]
    for _, batch in begun:
        writer.finish(batch)
    assert {batch.checkpoint for _, batch in begun} == {Checkpoint(pipeline.head())}


def test_a_server_that_has_forgotten_its_scripts_is_given_them_again(pipeline: Pipeline) -> None:
    author = pipeline.write_model.register(handle="author", display_name=None)
    projector = settled(pipeline)
    pipeline.write_model.publish(author_id=author.id, text="x")
    pipeline.carry()
    pipeline.redis.script_flush()
    projector.step()
    assert set(pipeline.checkpoints().values()) == {Checkpoint(pipeline.head())}
