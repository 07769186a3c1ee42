"""From numbers to items while the three read models stand at different positions."""

from collections.abc import Sequence

import pytest

from projections.batch_writer import BatchWriter
from projections.errors import ProjectionUnavailable
from projections.home_feed.apply import PROJECTION as HOME_FEED
from projections.home_feed.read import WindowPage
from projections.posts.apply import PROJECTION as POSTS
from projections.profiles.apply import PROJECTION as PROFILES
from projections.projection import Projection
from projections.shards import Checkpoint, Shard
from query_api.items import Hydrated, hydrate_posts
from query_api.read_models import ReadModels
from tests.integration.conftest import Ask
from tests.integration.pipeline import Pipeline


def project_up_to(pipeline: Pipeline, projection: Projection, position: int) -> None:
    """Moves one projection, and no other, up to a position."""
    generation = pipeline.generations.ensure_active(projection.name, shards=1, window=10)
    project_shard_up_to(pipeline, projection, generation.shard(0), position)


def project_shard_up_to(
    pipeline: Pipeline, projection: Projection, shard: Shard, position: int
) -> None:
    """Moves one shard, and no other, up to a position."""
    pipeline.generations.begin([shard])  # complete up to nothing
    stands = pipeline.generations.checkpoints([shard])[shard]
    entries = pipeline.store.read_after(stands.position, position - stands.position)
    assert BatchWriter(pipeline.redis, projection).apply(shard, stands, entries) == Checkpoint(
        position
    )


def two_posts(pipeline: Pipeline) -> tuple[int, int]:
    """One person (2), two posts (3 and 4)."""
    person = pipeline.write_model.register(handle="ada", display_name=None)
    first = pipeline.write_model.publish(author_id=person.id, text="first")
    second = pipeline.write_model.publish(author_id=person.id, text="second")
    return first.position, second.position


def test_a_body_that_its_shard_has_not_reached_is_left_out_and_the_answer_claims_less(
    pipeline: Pipeline, ask: Ask[Hydrated]
) -> None:
    first, second = two_posts(pipeline)
    project_up_to(pipeline, PROFILES, second)
    project_up_to(pipeline, POSTS, first)
    hydrated = ask(lambda models: hydrate_posts(models, [second, first], as_of=second))
    assert [item.text for item in hydrated.items] == ["first"]
    assert hydrated.as_of == second - 1


def test_what_is_newer_than_a_missing_body_is_left_out_too_so_that_a_page_shows_one_moment(
    pipeline: Pipeline, ask: Ask[Hydrated]
) -> None:
    first, second = two_posts(pipeline)
    grace = pipeline.write_model.register(handle="grace", display_name=None)
    generation = pipeline.generations.ensure_active(POSTS.name, shards=2, window=10)
    behind = generation.shard_of(second)
    while (
        generation.shard_of(
            third := pipeline.write_model.publish(author_id=grace.id, text="third").position
        )
        == behind
    ):
        pass
    project_up_to(pipeline, PROFILES, third)
    for shard in generation.all_shards():
        project_shard_up_to(pipeline, POSTS, shard, first if shard == behind else third)
    hydrated = ask(lambda models: hydrate_posts(models, [third, second, first], as_of=third))
    assert [item.text for item in hydrated.items] == ["first"]
    assert hydrated.as_of == second - 1


def test_an_author_whose_shard_is_behind_counts_the_same(
    pipeline: Pipeline, ask: Ask[Hydrated]
) -> None:
    first, second = two_posts(pipeline)
    project_up_to(pipeline, PROFILES, 1)
    project_up_to(pipeline, POSTS, second)
    hydrated = ask(lambda models: hydrate_posts(models, [second, first], as_of=second))
    assert hydrated.items == []
    assert hydrated.as_of == 1


def test_a_post_deleted_meanwhile_is_left_out_and_the_answer_claims_no_less(
    pipeline: Pipeline, ask: Ask[Hydrated]
) -> None:
    person = pipeline.write_model.register(handle="ada", display_name=None)
    post = pipeline.write_model.publish(author_id=person.id, text="regret")
    deletion = pipeline.write_model.delete(caller_id=person.id, post_id=post.id)
    project_up_to(pipeline, PROFILES, deletion.position)
    project_up_to(pipeline, POSTS, deletion.position)
    hydrated = ask(lambda models: hydrate_posts(models, [post.position], as_of=post.position))
    assert hydrated == Hydrated(items=[], as_of=post.position)


def test_a_read_model_without_a_checkpoint_is_not_here_which_is_not_empty(
    pipeline: Pipeline, ask: Ask[Hydrated]
) -> None:
    async def feed(models: ReadModels) -> Hydrated:
        page = await models.home_feed.feed(2, below=0, limit=10)
        return Hydrated(items=[], as_of=page.position)

    with pytest.raises(ProjectionUnavailable):
        ask(feed)
    pipeline.generations.ensure_active(HOME_FEED.name, shards=1, window=10)
    with pytest.raises(ProjectionUnavailable):
        ask(feed)
    two_posts(pipeline)
    project_up_to(pipeline, HOME_FEED, 1)
    assert ask(feed).as_of == 1


def test_a_body_that_arrives_between_two_looks_is_shown(
    pipeline: Pipeline, ask: Ask[Hydrated], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = two_posts(pipeline)
    project_up_to(pipeline, PROFILES, second)
    project_up_to(pipeline, POSTS, first)

    async def late(models: ReadModels) -> Hydrated:
        ask_positions = models.posts.positions_for

        async def after_its_arrival(numbers: Sequence[int]) -> dict[int, int]:
            project_up_to(pipeline, POSTS, second)
            return await ask_positions(numbers)

        monkeypatch.setattr(models.posts, "positions_for", after_its_arrival)
        return await hydrate_posts(models, [second, first], as_of=second)

    hydrated = ask(late)
    assert [item.text for item in hydrated.items] == ["second", "first"]
    assert hydrated.as_of == second


def test_the_last_page_of_a_feed_names_no_other_one(
    pipeline: Pipeline, ask: Ask[list[WindowPage]]
) -> None:
    first, second = two_posts(pipeline)
    project_up_to(pipeline, HOME_FEED, second)

    async def pages(models: ReadModels) -> list[WindowPage]:
        return [
            await models.home_feed.feed(2, below=below, limit=limit)
            for below, limit in [(0, 1), (second, 1), (0, 2)]
        ]

    assert [(page.posts, page.more) for page in ask(pages)] == [
        ([second], True), ([first], False), ([second, first], False)
    ]  # fmt: skip


def test_where_the_shard_of_a_feed_stands_is_asked_without_a_look_at_any_window(
    pipeline: Pipeline, ask: Ask[int]
) -> None:
    _, second = two_posts(pipeline)
    project_up_to(pipeline, HOME_FEED, second)

    async def position(models: ReadModels) -> int:
        pipeline.redis.config_resetstat()
        return await models.home_feed.position_of(2)

    assert ask(position) == second
    asked = pipeline.redis.info("commandstats")
    assert asked["cmdstat_hmget"]["calls"] == 1
    assert not {"cmdstat_evalsha", "cmdstat_lrange", "cmdstat_lindex"} & asked.keys()
