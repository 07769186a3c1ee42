"""A shard that is filled from nothing is not read before it has come up to the log's end."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from projections.errors import ProjectionUnavailable
from projections.home_feed.read import HomeFeedReader
from projections.log.in_sight import HistoryInSight
from projections.posts.read import PostsReader
from projections.profiles.read import ProfilesReader
from projections.projector import Projector
from tests.conftest import Servers
from tests.integration.pipeline import Pipeline

PERSON = 2
BATCH = 5

Read = Callable[[AsyncRedis], Awaitable[object]]

HISTORY = HistoryInSight()

READS: dict[str, Read] = {
    "feed": lambda redis: HomeFeedReader(redis, HISTORY).feed(PERSON, below=0, limit=9),
    "posts of an author": lambda redis: HomeFeedReader(redis, HISTORY).posts_of(
        PERSON, below=0, limit=9
    ),
    "counts": lambda redis: ProfilesReader(redis, HISTORY).counts(PERSON),
    "followers": lambda redis: ProfilesReader(redis, HISTORY).followers(PERSON, below=0, limit=9),
    "positions": lambda redis: PostsReader(redis, HISTORY).positions_for([PERSON]),
}


@pytest.fixture
def batches_are_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.projector.BATCH_ENTRIES_MAX", BATCH)


def can_be_read(servers: Servers, read: Read) -> bool:
    async def ask() -> bool:
        redis = AsyncRedis.from_url(servers.redis_url)
        try:
            await read(redis)
        except ProjectionUnavailable:
            return False
        finally:
            await redis.aclose()
        return True

    return asyncio.run(ask())


def step(projector: Projector, pipeline: Pipeline) -> int:
    """One step; where the slowest shard stands then."""
    projector.step()
    return pipeline.slowest_position()


@pytest.mark.parametrize("name", READS)
@pytest.mark.usefixtures("batches_are_small")
def test_a_shard_is_read_only_when_it_has_come_up_to_the_logs_end(
    pipeline: Pipeline, servers: Servers, name: str
) -> None:
    pipeline.people(2 * BATCH)
    pipeline.carry()
    projector = pipeline.projector()
    while step(projector, pipeline) < pipeline.head():
        assert not can_be_read(servers, READS[name])
    assert can_be_read(servers, READS[name])


@pytest.mark.usefixtures("batches_are_small")
def test_the_logs_end_is_the_stores_while_the_stream_is_filled_anew_too(
    pipeline: Pipeline, servers: Servers
) -> None:
    pipeline.people(BATCH)
    projector = pipeline.projector()
    carried = pipeline.store.read_after(0, BATCH)
    pipeline.stream.claim_epoch(pipeline.store.epoch())
    pipeline.stream.append(pipeline.store.epoch(), 0, carried)
    assert step(projector, pipeline) == carried[-1].position == pipeline.stream.last_position()
    assert not can_be_read(servers, READS["feed"])
    pipeline.carry()
    pipeline.project(projector)
    assert can_be_read(servers, READS["feed"])


@pytest.mark.usefixtures("batches_are_small")
def test_a_shard_that_was_read_once_may_lag_and_is_read_on(
    pipeline: Pipeline, servers: Servers
) -> None:
    projector = pipeline.projector()
    pipeline.people(1)
    pipeline.carry()
    pipeline.project(projector)
    for number in range(3 * BATCH):
        pipeline.write_model.register(handle=f"late_{number}", display_name=None)
    pipeline.carry()
    assert step(projector, pipeline) < pipeline.head()
    assert can_be_read(servers, READS["feed"])


def test_shards_that_were_there_before_the_log_began_are_read_at_once(
    pipeline: Pipeline, servers: Servers
) -> None:
    pipeline.projector().step()
    assert can_be_read(servers, READS["feed"])


def test_another_worker_that_takes_a_filled_shard_over_lets_it_be_read(
    pipeline: Pipeline, servers: Servers, redis: Redis
) -> None:
    first = pipeline.projector()
    pipeline.people(BATCH)
    pipeline.carry()
    pipeline.project(first)
    for shard in pipeline.checkpoints():
        redis.hset(shard.checkpoint_key, "filling", 1)  # the first one died before it said so
    assert not can_be_read(servers, READS["feed"])
    first._member.leave()
    pipeline.projector().step()
    assert can_be_read(servers, READS["feed"])


def test_what_was_emptied_again_keeps_its_mark(pipeline: Pipeline, redis: Redis) -> None:
    pipeline.people(1)
    pipeline.carry()
    pipeline.project(pipeline.projector())
    shard = next(iter(pipeline.checkpoints()))
    redis.hset(shard.checkpoint_key, mapping={"position": 1, "filling": 1})
    assert not pipeline.generations.let_read(shard, pipeline.head())
    assert pipeline.generations.filling([shard]) == {shard}
