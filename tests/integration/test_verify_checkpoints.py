"""Checkpoints that cannot be right, on real servers: told, and made good where that is wanted."""

from collections.abc import Callable

import pytest

from projections.catalogue import NAMES
from projections.home_feed.keys import HOME_FEED
from projections.posts.keys import POSTS
from projections.progress import Silence
from projections.shards import FOREVER, Shard
from projections.verify.errors import CannotTell
from projections.verify.findings import Findings, What
from projections.verify.inspection import Sample
from projections.verify.verification import Verification
from tests.convergence.contents import contents
from tests.integration.pipeline import Pipeline


def checkpoint(pipeline: Pipeline, shard: Shard) -> object:
    return pipeline.redis.hgetall(shard.checkpoint_key)


@pytest.mark.parametrize("events", [-40, -3, 1, 1_000])
def test_a_checkpoint_that_was_moved_is_a_difference_although_nothing_is_mended(
    lived_in: Pipeline, verify: Callable[..., Findings], events: int
) -> None:
    shard = lived_in.generations.active([HOME_FEED])[0].shard(0)
    lived_in.redis.hset(shard.checkpoint_key, "position", lived_in.head() + events)
    moved = checkpoint(lived_in, shard)
    found = verify(HOME_FEED)
    assert found.different > 0
    assert found.repaired == 0
    assert {difference.shard for difference in found.differences} == {str(shard)}
    assert checkpoint(lived_in, shard) == moved


@pytest.mark.parametrize("field", ["position", "place"])
def test_a_checkpoint_that_is_no_number_is_a_difference_and_made_good(
    lived_in: Pipeline, verify: Callable[..., Findings], field: str
) -> None:
    [generation] = lived_in.generations.active([HOME_FEED])
    sound = contents(lived_in.redis, generation)
    lived_in.redis.hset(generation.shard(1).checkpoint_key, field, "rubbish")
    [difference] = verify(HOME_FEED).differences
    assert difference.what == What.CHECKPOINT
    assert "rubbish" in difference.live
    assert difference in verify(HOME_FEED, repair=True).differences
    lived_in.project(lived_in.projector())
    assert verify(HOME_FEED).different == 0
    assert contents(lived_in.redis, generation) == sound


@pytest.mark.parametrize("name", NAMES)
def test_a_shard_that_is_in_use_and_held_for_ever_is_found_and_fed_again(
    lived_in: Pipeline, verify: Callable[..., Findings], name: str
) -> None:
    shard = lived_in.generations.active([name])[0].shard(0)
    lived_in.redis.hset(shard.checkpoint_key, "held_until", str(FOREVER))
    held = checkpoint(lived_in, shard)
    person = lived_in.write_model.register(handle="newcomer", display_name=None)
    lived_in.write_model.publish(author_id=person.id, text="news")
    lived_in.carry()
    projector = lived_in.projector()
    projector.step()
    assert checkpoint(lived_in, shard) == held, "nobody feeds it"
    for repair in (False, True):
        [difference] = verify(name, repair=repair).differences
        assert (difference.shard, difference.what) == (str(shard), What.CHECKPOINT)
        assert (checkpoint(lived_in, shard) == held) is not repair
    lived_in.project(projector)
    assert verify(name).different == 0


def test_a_checkpoint_of_another_type_leaves_no_verdict_and_says_what_to_do(
    lived_in: Pipeline, verify: Callable[..., Findings]
) -> None:
    [generation] = lived_in.generations.active([HOME_FEED])
    lived_in.redis.set(generation.shard(0).checkpoint_key, "1")
    with pytest.raises(CannotTell, match="delete it"):
        verify(HOME_FEED, repair=True)


def test_horizons_of_another_type_leave_no_verdict_and_it_says_what_to_do(
    pipeline: Pipeline, database_url: str
) -> None:
    pipeline.shards = 1
    pipeline.people(1)
    pipeline.carry()
    pipeline.project(pipeline.projector())
    [generation] = pipeline.generations.active([HOME_FEED])
    pipeline.redis.set(f"{generation.shard(0).tag}fh", "1")
    with (
        Verification(database_url, pipeline.redis) as verification,
        pytest.raises(CannotTell, match="delete it"),
    ):
        verification.run([HOME_FEED], Sample(), Silence(), repair=True)


def test_without_a_checkpoint_there_is_no_verdict_where_nothing_would_stand(
    pipeline: Pipeline, database_url: str
) -> None:
    pipeline.project(pipeline.projector())
    [generation] = pipeline.generations.active([POSTS])
    assert pipeline.redis.delete(generation.shard(1).checkpoint_key) == 1
    with (
        Verification(database_url, pipeline.redis) as verification,
        pytest.raises(CannotTell, match="no checkpoint"),
    ):
        verification.run([POSTS], Sample(), Silence())
