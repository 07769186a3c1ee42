"""Posts and profiles, read as the query API reads them, against the log they come from."""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from domain.events import Deleted, Erased, Followed, Published, Registered, Unfollowed
from projections.batch_writer import BatchWriter
from projections.generations import Generations
from projections.log.entry import Entry
from projections.log.in_sight import HistoryInSight
from projections.pace import CALL_DELIVERIES_MAX
from projections.posts.apply import PROJECTION as POSTS
from projections.posts.read import PostsReader
from projections.profiles.apply import PROJECTION as PROFILES
from projections.profiles.read import ProfilesReader
from projections.projection import Projection
from projections.shards import Checkpoint
from tests.conftest import Servers
from tests.convergence.histories import LogBuilder, histories
from tests.convergence.test_home_feed_converges import after, checkpoint_of, on_one_server

shard_counts = st.integers(1, 3)
cuts = st.lists(st.integers(1, 15), min_size=1, max_size=10)


@dataclass(slots=True)
class Expected:
    """What a log says about posts and people, folded by hand."""

    texts: dict[int, str] = field(default_factory=dict[int, str])
    ids: dict[UUID, int] = field(default_factory=dict[UUID, int])
    gone: set[UUID] = field(default_factory=set[UUID])
    handles: dict[int, str] = field(default_factory=dict[int, str])
    edges: set[tuple[int, int]] = field(default_factory=set[tuple[int, int]])

    def fold(self, entry: Entry) -> None:
        match entry.body:
            case Published(text=text):
                self.texts[entry.position] = text
                self.ids[entry.originator_id] = entry.position
            case Deleted(post=post):
                del self.texts[post]
                del self.ids[entry.originator_id]
                self.gone.add(entry.originator_id)
            case Registered(handle=handle):
                self.handles[entry.position] = handle
            case Erased(person=person):
                del self.handles[person]
            case Followed(follower=follower, followee=followee):
                self.edges.add((follower, followee))
            case Unfollowed(follower=follower, followee=followee):
                self.edges.remove((follower, followee))
            case _:
                raise AssertionError(entry)


def project(
    redis: Redis,
    projection: Projection,
    shards: int,
    log: LogBuilder,
    cuts: list[int],
    budget: int = CALL_DELIVERIES_MAX,
) -> None:
    """Applies the log in batches of these sizes, each of them twice."""
    redis.flushall()
    writer = BatchWriter(redis, projection, budget=budget)
    generations = Generations(redis)
    generation = generations.ensure_active(projection.name, shards=shards, window=1)
    generations.begin(generation.all_shards())
    for shard in generation.all_shards():
        turn = 0
        while (checkpoint := checkpoint_of(redis, shard)).position < log.entries[-1].position:
            batch = after(log.entries, checkpoint.position, cuts[turn % len(cuts)])
            reached = writer.apply(shard, checkpoint, batch)
            assert reached == Checkpoint(batch[-1].position)
            assert writer.apply(shard, checkpoint, batch) == reached
            turn += 1


def expected_of(log: LogBuilder) -> Expected:
    expected = Expected()
    for entry in log.entries:
        expected.fold(entry)
    return expected


@on_one_server
@given(log=histories, shards=shard_counts, cuts=cuts)
def test_every_visible_post_has_its_body_and_its_id_and_no_deleted_one_has(
    servers: Servers, redis: Redis, log: LogBuilder, shards: int, cuts: list[int]
) -> None:
    project(redis, POSTS, shards, log, cuts)
    expected = expected_of(log)

    async def look() -> None:
        async with AsyncRedis.from_url(servers.redis_url) as client:
            reader = PostsReader(client, HistoryInSight())
            every = [entry.position for entry in log.entries]
            bodies = await reader.by_number(every)
            assert {number: body.text for number, body in bodies.items()} == expected.texts
            for public_id, number in expected.ids.items():
                assert await reader.number_of(public_id) == (number, every[-1])
            for public_id in expected.gone:
                assert await reader.number_of(public_id) == (None, every[-1])

    asyncio.run(look())


@on_one_server
@given(
    log=histories, shards=shard_counts, cuts=cuts, budget=st.integers(1, 6), limit=st.integers(1, 3)
)
def test_profiles_list_both_sides_in_pages_newest_member_first(
    servers: Servers,
    redis: Redis,
    log: LogBuilder,
    shards: int,
    cuts: list[int],
    budget: int,
    limit: int,
) -> None:
    project(redis, PROFILES, shards, log, cuts, budget)
    expected = expected_of(log)

    async def joined(reader: ProfilesReader, person: int, *, followers: bool) -> list[int]:
        read = reader.followers if followers else reader.followees
        page = await read(person, below=0, limit=limit)
        found = page.people
        while page.more:
            page = await read(person, below=found[-1], limit=limit)
            assert page.people[0] < found[-1], "a page goes on below the one before"
            found += page.people
        return found

    async def look() -> None:
        async with AsyncRedis.from_url(servers.redis_url) as client:
            reader = ProfilesReader(client, HistoryInSight())
            profiles = await reader.by_number(log.people)
            assert {n: profile.handle for n, profile in profiles.items()} == expected.handles
            for person in log.people:
                followers = sorted((a for a, b in expected.edges if b == person), reverse=True)
                followees = sorted((b for a, b in expected.edges if a == person), reverse=True)
                assert await joined(reader, person, followers=True) == followers
                assert await joined(reader, person, followers=False) == followees
                counts = await reader.counts(person)
                assert (counts.followers, counts.following) == (len(followers), len(followees))

    asyncio.run(look())
