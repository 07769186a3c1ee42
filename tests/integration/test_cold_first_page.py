"""How long the first page of a cold feed takes whose owner follows five hundred people."""

import asyncio
import time

import httpx
import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from command_api.application import Slackwater
from projections.generations import Generations
from projections.home_feed.keys import AUTHOR_WINDOWS, FOLLOWEES, HOME_FEED
from projections.home_feed.read import HomeFeedReader
from projections.home_feed.turning import Turning
from projections.log.in_sight import HistoryInSight
from projections.shards import Generation, Shard
from query_api.app import create_app
from tests.conftest import Servers
from tests.convergence.test_cold_pages import begin_to_read
from tests.integration.command_api import TOKENS, as_person, served
from tests.integration.pipeline import Pipeline
from tests.integration.relational import Relational

FOLLOWEES_COUNT = 500
WINDOW = 500
SECONDS_MAX = 0.05
TRIES = 15
"""The best counts: other work on the machine is not what is measured."""

READER = 1


def full_windows(redis: Redis, shard: Shard) -> list[int]:
    """A cold reader whose followees have published in turns until every window was full."""
    followees = list(range(2, FOLLOWEES_COUNT + 2))
    newest = 10_000_000
    with redis.pipeline(transaction=False) as pipe:
        for n, followee in enumerate(followees):
            posts = range(newest - n, newest - n - WINDOW * FOLLOWEES_COUNT, -FOLLOWEES_COUNT)
            pipe.rpush(f"{shard.tag}{AUTHOR_WINDOWS}{followee}", *posts)
        pipe.rpush(f"{shard.tag}{FOLLOWEES}{READER}", *followees)
        pipe.hset(f"{shard.tag}warmth", str(READER), "0")
        pipe.hset(shard.checkpoint_key, mapping={"position": newest, "place": 0})
        pipe.execute()
    return list(range(newest, newest - WINDOW, -1))


@pytest.mark.parametrize("deep", [False, True])
def test_a_page_of_a_cold_feed_with_full_windows_takes_at_most_fifty_milliseconds(
    redis: Redis, servers: Servers, deep: bool
) -> None:
    generation = Generation(HOME_FEED, 1, shards=1, window=WINDOW)
    begin_to_read(redis, generation)
    newest = full_windows(redis, generation.shard(0))
    below, skipped = (newest[99], 100) if deep else (0, 0)

    async def read() -> list[float]:
        seconds: list[float] = []
        async with AsyncRedis.from_url(servers.redis_url) as client:
            reader = HomeFeedReader(client, HistoryInSight())
            for _ in range(TRIES):
                started = time.perf_counter()
                page = await reader.feed(READER, below=below, limit=20)
                seconds.append(time.perf_counter() - started)
                assert (page.posts, page.is_cold) == (newest[skipped : skipped + 20], True)
        return seconds

    redis.config_resetstat()
    seconds = asyncio.run(read())
    in_redis = redis.info("commandstats")["cmdstat_evalsha"]["usec_per_call"]
    print(f"\n{1000 * min(seconds):.1f} ms at best, in Redis {in_redis / 1000:.1f} ms on average")
    assert min(seconds) <= SECONDS_MAX


def test_building_such_a_feed_again_takes_at_most_a_few_calls_of_ten_milliseconds(
    redis: Redis,
) -> None:
    generation = Generation(HOME_FEED, 1, shards=1, window=WINDOW)
    shard = generation.shard(0)
    begin_to_read(redis, generation)
    newest = full_windows(redis, shard)
    turning = Turning(redis)
    turning.warm(shard, [2])  # the script is there now
    redis.config_resetstat()
    assert turning.warm(shard, [READER]).warm == 1
    stats = redis.info("commandstats")["cmdstat_evalsha"]
    print(f"\n{stats['calls']} calls of {stats['usec_per_call'] / 1000:.1f} ms on average")
    assert stats["calls"] <= 3
    posts = redis.lrange(f"{shard.tag}f:{READER}", 0, -1)
    assert [int(post) for post in posts] == newest


def test_the_api_answers_the_first_page_of_a_cold_feed_within_fifty_milliseconds(
    pipeline: Pipeline, relational: Relational, write_model: Slackwater, servers: Servers,
    database_url: str,
) -> None:  # fmt: skip
    reader = write_model.register(handle="reader", display_name=None)
    for n in range(FOLLOWEES_COUNT):
        author = write_model.register(handle=f"author_{n}", display_name=None).id
        write_model.set_following(follower_id=reader.id, followee_id=author, following=True)
        write_model.publish(author_id=author, text=f"{n}")
    pipeline.carry()
    projector = pipeline.projector()
    pipeline.project(projector)
    relational.project(relational.projector())
    [active] = Generations(pipeline.redis).active([HOME_FEED])
    shard = active.shard_of(reader.position)
    assert Turning(pipeline.redis).cool(shard, [reader.position]).cold == 1
    api = create_app(
        database_url=database_url, redis_url=servers.redis_url, tokens=TOKENS, settings={}
    )
    seconds: list[float] = []
    with served(api) as address, httpx.Client(base_url=address, timeout=30) as http:
        for _ in range(TRIES):
            started = time.perf_counter()
            answer = http.get("/feed/", headers=as_person(reader.id))
            seconds.append(time.perf_counter() - started)
            assert len(answer.json()["items"]) == 20
            assert answer.headers["Feed-Source"] == "redis"
    assert pipeline.redis.hget(f"{shard.tag}warmth", str(reader.position)) == b"0"
    print(f"\nthe first one {1000 * seconds[0]:.1f} ms, at best {1000 * min(seconds):.1f} ms")
    assert min(seconds) <= SECONDS_MAX
    projector.close()
