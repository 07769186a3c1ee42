"""Great authors through changes of generation: rebuilds, and another history."""

import json
from dataclasses import replace

import pytest
from redis import Redis

from launcher.generations import list_generations
from launcher.rebuild import run_rebuild
from launcher.settings import Settings
from launcher.shape import Shape
from projections.catalogue import NAMES
from projections.generations import Generations
from projections.greatness import NOBODY_IS_GREAT, Greatness
from projections.home_feed.keys import HOME_FEED
from projections.progress import Silence
from projections.rebuild.rebuild import Rebuild, Servers
from projections.shards import Generation, encode_entry, generations_key
from tests.integration.pipeline import Pipeline
from tests.integration.restored_store import settle
from tests.servers import Servers as ServersUp


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


def test_the_command_line_changes_who_is_great_and_lists_it(
    lived_in: Pipeline, servers: ServersUp, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings.of(database_url=database_url, redis_url=servers.redis_url)
    shape = Shape(great_from=3)
    assert run_rebuild(settings, [HOME_FEED], shape, activate=True, as_json=True) == 0
    capsys.readouterr()
    assert active(lived_in.redis).great == Greatness(3, 1)
    list_generations(settings, as_json=True)
    rows = [row for row in json.loads(capsys.readouterr().out) if row["projection"] == HOME_FEED]
    assert [(row["great_from"], row["great_until"]) for row in rows] == [(2, 1), (3, 1)]


def test_who_is_great_is_decided_as_before_when_another_history_comes(restored: Pipeline) -> None:
    great, redis = Greatness(9, 8), restored.redis
    old = replace(active(redis), great=great)
    redis.hset(generations_key(HOME_FEED), str(old.number), encode_entry(old, building=False))
    settle(restored)
    assert {g.projection: g.great for g in restored.generations.active(NAMES)} == {
        HOME_FEED: great, "posts": NOBODY_IS_GREAT, "profiles": NOBODY_IS_GREAT
    }  # fmt: skip
    assert active(redis).number == old.number + 1
