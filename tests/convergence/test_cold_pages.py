"""What readers see of cold feeds, page by page and in the middle of a turn."""

import contextlib
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from projections.batch_writer import BatchWriter
from projections.generations import Generations
from projections.home_feed.apply import PROJECTION
from projections.home_feed.keys import HOME_FEED
from projections.home_feed.read import WindowPage
from projections.home_feed.turning import Turning
from projections.shards import Generation, encode_entry, generations_key
from tests.conftest import Servers
from tests.convergence.cold import assert_shard_is_right
from tests.convergence.histories import LogBuilder, histories
from tests.convergence.test_cold_feeds import Dies, at_home
from tests.convergence.test_great_audiences import (
    apply_all,
)
from tests.convergence.test_great_authors_are_merged import read_pages
from tests.convergence.test_home_feed_converges import (
    after,
    budgets,
    checkpoint_of,
    on_one_server,
    shapes,
)
from tests.prove.look import Looker
from tests.prove.model import Rule


@on_one_server
@given(
    log=histories,
    generation=shapes,
    budget=budgets,
    calls=st.integers(1, 3),
    cold=st.booleans(),
    part=st.floats(0.1, 1.0),
)
def test_in_the_middle_of_a_turn_a_feed_is_read_as_ever_and_nothing_is_applied_until_it_is_done(
    redis: Redis,
    servers: Servers,
    log: LogBuilder,
    generation: Generation,
    budget: int,
    calls: int,
    cold: bool,
    part: float,
) -> None:
    redis.flushall()
    begin_to_read(redis, generation)
    writer, turning = BatchWriter(redis, PROJECTION), Turning(redis)
    told = log.entries[: int(part * len(log.entries)) or 1]
    for shard in generation.all_shards():
        apply_all(writer, shard, told)
        if not cold:
            turning.cool(shard, at_home(log, shard))
    rule = Rule(log.entries)
    for shard in generation.all_shards():
        dying = Turning(redis, budget=budget)
        Dies(dying, calls)
        with contextlib.suppress(RedisConnectionError):
            (dying.cool if cold else dying.warm)(shard, at_home(log, shard))
        for person, page in zip(log.people, read_whole(servers, log.people), strict=True):
            right = rule.feed(person, page.position)
            assert page.posts == [post for post in right if post > page.horizon]
        stands = checkpoint_of(redis, shard)
        rest = after(log.entries, stands.position, 1)
        if redis.hexists(shard.checkpoint_key, "turning"):
            assert not rest or writer.apply(shard, stands, rest) == stands
        turning.finish([shard])
        assert_shard_is_right(redis, shard, log.people, log.entries)
        apply_all(writer, shard, log.entries)
        assert_shard_is_right(redis, shard, log.people, log.entries)


def begin_to_read(redis: Redis, generation: Generation) -> None:
    """Makes the generation the one that readers follow."""
    registry = generations_key(HOME_FEED)
    redis.hset(registry, "1", encode_entry(generation, building=False))
    redis.hset(registry, mapping={"active": "1", "last": "1"})
    Generations(redis).begin(generation.all_shards())


def read_whole(servers: Servers, people: Sequence[int]) -> list[WindowPage]:
    """Everything that a reader can see of these people's feeds."""
    return read_pages(servers, [(person, 0, 1_000) for person in people])


@on_one_server
@given(log=histories, generation=shapes, data=st.data())
def test_pages_of_a_cold_feed_of_any_size_below_any_cursor_are_the_rule_above_their_horizon(
    redis: Redis, servers: Servers, log: LogBuilder, generation: Generation, data: st.DataObject
) -> None:
    redis.flushall()
    begin_to_read(redis, generation)
    for shard in generation.all_shards():
        apply_all(BatchWriter(redis, PROJECTION), shard, log.entries)
        if people := at_home(log, shard):
            Turning(redis).cool(shard, data.draw(st.lists(st.sampled_from(people))))
    looks = {shard: Looker(redis).at(shard, log.people) for shard in generation.all_shards()}
    rule, head = Rule(log.entries), log.entries[-1].position
    asked = [
        (person, below, limit)
        for person in log.people
        for below in [0, 1, *rule.feed(person, head), head + 1]
        for limit in (1, 2, 3, 50)
    ]
    for (person, below, limit), page in zip(asked, read_pages(servers, asked), strict=True):
        look = looks[generation.shard_of(person)]
        whole = look.seen(person)
        posts = [post for post in whole.posts if not below or post < below]
        right = WindowPage(head, whole.horizon, posts[:limit], len(posts) > limit)
        assert page == right
        assert page.is_cold == look.is_cold(person)
