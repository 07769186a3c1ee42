"""Bringing a generation up to the log that stands in a real store."""

import pytest

from projections.posts.keys import POSTS
from projections.rebuild import catch_up as catch_up_module
from projections.rebuild.catch_up import CatchUp
from projections.rebuild.errors import NotSwitched
from projections.shards import Checkpoint, Generation
from tests.integration.pipeline import Pipeline

HEAD = 16


@pytest.fixture
def new(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Generation:
    """A generation that has applied nothing of sixteen events, which come by threes."""
    monkeypatch.setattr(catch_up_module, "BATCH_ENTRIES_MAX", 3)
    monkeypatch.setattr(catch_up_module, "FAST_ENTRIES", 3)
    pipeline.people(HEAD // 2)
    return pipeline.generations.announce(POSTS, shards=2, window=5)


def catch_up(pipeline: Pipeline, new: Generation) -> CatchUp:
    return CatchUp(pipeline.redis, pipeline.store, pipeline.quarantine(), new)


def stands(pipeline: Pipeline, new: Generation) -> list[int]:
    found = pipeline.generations.checkpoints(new.all_shards())
    return [checkpoint.position for checkpoint in found.values()]


def test_it_goes_on_batch_by_batch_to_the_head(pipeline: Pipeline, new: Generation) -> None:
    assert catch_up(pipeline, new).to_the_head() == HEAD
    assert stands(pipeline, new) == [HEAD, HEAD]


@pytest.mark.parametrize("first", [0, 1])
def test_it_goes_on_until_the_last_shard_is_there(
    pipeline: Pipeline, new: Generation, first: int
) -> None:
    pipeline.redis.hset(new.shard(first).checkpoint_key, "position", HEAD)
    catch_up(pipeline, new).past(Checkpoint(7))
    assert min(stands(pipeline, new)) in range(7, HEAD)


def test_it_goes_past_an_event_that_others_are_in_the_middle_of(
    pipeline: Pipeline, new: Generation
) -> None:
    pipeline.generations.finish(new, 9)
    catch_up(pipeline, new).past(Checkpoint(9, 2))
    assert min(stands(pipeline, new)) > 9


def test_it_does_not_wait_for_what_the_store_does_not_have(
    pipeline: Pipeline, new: Generation
) -> None:
    with pytest.raises(NotSwitched, match=f"ends at {HEAD}"):
        catch_up(pipeline, new).past(Checkpoint(HEAD + 1))
