"""Bulk builds on a real Valkey against what the projector's scripts make of the same history."""

from dataclasses import replace

import pytest
from hypothesis import given
from redis import Redis

from projections.batch_writer import BatchWriter
from projections.catalogue import PROJECTIONS
from projections.history.events import Event
from projections.history.loader import Loader
from projections.home_feed.apply import PROJECTION as HOME_FEED
from projections.projection import Projection
from projections.shards import Checkpoint, Generation
from tests.convergence.contents import contents
from tests.convergence.histories import LogBuilder, Wish, histories, history
from tests.convergence.test_home_feed_converges import on_one_server, shapes


def as_copied(log: LogBuilder) -> list[Event]:
    return [Event(e.position, e.originator_id.bytes, e.body) for e in log.entries]


def projected(
    redis: Redis, projection: Projection, generation: Generation, log: LogBuilder
) -> None:
    writer = BatchWriter(redis, projection)
    for shard in generation.all_shards():
        checkpoint = Checkpoint()
        while checkpoint.position < log.entries[-1].position:
            checkpoint = writer.apply(shard, checkpoint, log.entries)


@pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda projection: projection.name)
@on_one_server
@given(log=histories, shape=shapes)
def test_a_bulk_build_equals_the_projection_entry_by_entry_and_horizon_by_horizon(
    redis: Redis, projection: Projection, log: LogBuilder, shape: Generation
) -> None:
    redis.flushall()
    live = replace(shape, projection=projection.name)
    bulk = replace(live, number=2)
    projected(redis, projection, live, log)
    with Loader(redis) as loader:
        projection.build(bulk, as_copied(log), loader)
    assert contents(redis, bulk) == contents(redis, live)


def test_a_follow_brings_the_horizon_of_a_window_that_deletions_emptied(redis: Redis) -> None:
    """What fell off before is not shown, although only it is left."""
    publish, delete, follow = (Wish(what, 0, 0, 0) for what in ("publish", "delete", "follow"))
    log = history(2, [publish, publish, delete, replace(follow, who=1)])
    live, bulk = (Generation(HOME_FEED.name, number, 1, 1) for number in (1, 2))
    projected(redis, HOME_FEED, live, log)
    with Loader(redis) as loader:
        HOME_FEED.build(bulk, as_copied(log), loader)
    assert contents(redis, bulk) == contents(redis, live)
    assert contents(redis, bulk)["0:b'fh'"] == {b"1": b"3", b"2": b"3"}
