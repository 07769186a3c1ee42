"""Great authors through changes of generation: rebuilds, and another history."""

from dataclasses import replace

import pytest
from redis import Redis

from projections.catalogue import NAMES
from projections.generations import Generations
from projections.greatness import NOBODY_IS_GREAT, Greatness
from projections.home_feed.keys import HOME_FEED
from projections.progress import Silence
from projections.rebuild.rebuild import Rebuild, Servers
from projections.shards import Generation, encode_entry, generations_key
from tests.integration.pipeline import Pipeline
from tests.integration.restored_store import settle


def active(redis: Redis) -> Generation:
    [active] = Generations(redis).active([HOME_FEED])
    return active


def great_followees(redis: Redis) -> int:
    """Of how many people the active generation knows some."""
    return sum(len(redis.keys(f"{shard.tag}g:*")) for shard in active(redis).all_shards())


@pytest.mark.parametrize(
    ("wanted", "great"),
    [(None, Greatness(2, 1)), (Greatness(1, 0), Greatness(1, 0)), (NOBODY_IS_GREAT,) * 2],
)
def test_a_rebuild_can_change_who_is_great(
    lived_in: Pipeline, database_url: str, wanted: Greatness | None, great: Greatness
) -> None:
    old = active(lived_in.redis)
    assert great_followees(lived_in.redis) > 0
    rebuild = Rebuild(Servers(database_url, lived_in.redis), lived_in.store, old, Silence())
    assert rebuild.run(shards=2, window=4, great=wanted, activate=True).switched
    assert active(lived_in.redis) == replace(old, number=2, great=great)
    assert (great_followees(lived_in.redis) > 0) == great.is_possible


def test_who_is_great_is_decided_as_before_when_another_history_comes(restored: Pipeline) -> None:
    great, redis = Greatness(9, 8), restored.redis
    old = replace(active(redis), great=great)
    redis.hset(generations_key(HOME_FEED), str(old.number), encode_entry(old, building=False))
    settle(restored)
    assert {g.projection: g.great for g in restored.generations.active(NAMES)} == {
        HOME_FEED: great, "posts": NOBODY_IS_GREAT, "profiles": NOBODY_IS_GREAT
    }  # fmt: skip
    assert active(redis).number == old.number + 1
