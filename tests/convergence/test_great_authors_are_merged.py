"""Pages of feeds whose owners follow great authors, read as the query API reads them."""

import asyncio
from collections.abc import Sequence

from hypothesis import given
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from projections.batch_writer import BatchWriter
from projections.generations import Generations
from projections.home_feed.apply import PROJECTION
from projections.home_feed.keys import HOME_FEED
from projections.home_feed.read import HomeFeedReader, WindowPage
from projections.log.in_sight import HistoryInSight
from projections.shards import Generation, encode_entry, generations_key
from tests.conftest import Servers
from tests.convergence.histories import LogBuilder, histories
from tests.convergence.test_great_audiences import apply_all
from tests.convergence.test_home_feed_converges import on_one_server, shapes
from tests.prove.model import Model


@on_one_server
@given(log=histories, generation=shapes)
def test_pages_of_any_size_below_any_cursor_are_the_rule_above_their_horizon(
    redis: Redis, servers: Servers, log: LogBuilder, generation: Generation
) -> None:
    redis.flushall()
    registry = generations_key(HOME_FEED)
    redis.hset(registry, "1", encode_entry(generation, building=False))
    redis.hset(registry, mapping={"active": "1", "last": "1"})
    assert Generations(redis).active([HOME_FEED]) == [generation]
    Generations(redis).begin(generation.all_shards())
    for shard in generation.all_shards():
        apply_all(BatchWriter(redis, PROJECTION), shard, log.entries)
    state = Model(log.entries, generation).at(log.entries[-1].position)
    asked = [
        (person, below, limit)
        for person in log.people
        for below in [0, 1, *state.seen(person).posts, log.entries[-1].position + 1]
        for limit in (1, 2, 3, 50)
    ]
    for (person, below, limit), page in zip(asked, read_pages(servers, asked), strict=True):
        whole = state.seen(person)
        posts = [post for post in whole.posts if not below or post < below]
        right = WindowPage(state.position, whole.horizon, posts[:limit], len(posts) > limit)
        assert page == right


def read_pages(servers: Servers, asked: Sequence[tuple[int, int, int]]) -> list[WindowPage]:
    """Of each of these people, below, and at most so many."""

    async def read() -> list[WindowPage]:
        async with AsyncRedis.from_url(servers.redis_url) as client:
            reader = HomeFeedReader(client, HistoryInSight())
            return [await reader.feed(p, below=b, limit=n) for p, b, n in asked]

    return asyncio.run(read())
