"""Verification on real servers: whatever is corrupted is found, named, and mended."""

import random
from collections.abc import Callable
from uuid import UUID

import pytest
from redis import Redis

from command_api.application import Slackwater
from projections.generations import Generations
from projections.home_feed.keys import HOME_FEED
from projections.log.store import Store
from projections.posts.keys import POSTS
from projections.profiles.keys import PROFILES
from projections.verify.errors import CannotTell
from projections.verify.findings import Findings, What
from projections.verify.identities import Identities
from projections.verify.inspection import Inspection, Sample
from projections.verify.truth import Truth
from tests.convergence.contents import contents
from tests.integration.corruptions import CORRUPTIONS, Corrupt, lists
from tests.integration.pipeline import Pipeline

WINDOW = 4
NAMES = (HOME_FEED, POSTS, PROFILES)


@pytest.fixture
def pipeline(write_model: Slackwater, store: Store, redis: Redis) -> Pipeline:
    """A history with follows, unfollows, deletions and trimmed windows, projected."""
    pipeline = Pipeline(write_model, store, redis, shards=2, window=WINDOW)
    rng = random.Random(11)
    people = [write_model.register(handle=f"person_{n}", display_name=None).id for n in range(8)]
    posts: list[tuple[UUID, UUID]] = []
    for _ in range(150):
        who, whom = rng.sample(people, 2)
        match rng.randrange(10):
            case 0 | 1 | 2:
                write_model.set_following(follower_id=who, followee_id=whom, following=True)
            case 3:
                write_model.set_following(follower_id=who, followee_id=whom, following=False)
            case 4 if posts:
                author, post = posts.pop(rng.randrange(len(posts)))
                write_model.delete(caller_id=author, post_id=post)
            case _:
                posts.append((who, write_model.publish(author_id=who, text=f"{who}").id))
    pipeline.carry()
    pipeline.project(pipeline.projector())
    return pipeline


@pytest.fixture
def verify(pipeline: Pipeline, database_url: str) -> Callable[..., Findings]:
    def verify(name: str, *, repair: bool = False, rate: float = 1.0) -> Findings:
        [generation] = Generations(pipeline.redis).active([name])
        truth = Truth(database_url)
        identities = Identities(database_url, truth)
        try:
            inspection = Inspection(pipeline.redis, generation, truth, identities, repair=repair)
            return inspection.inspect(Sample(rate))
        finally:
            identities.close()

    return verify


@pytest.mark.parametrize("name", NAMES)
def test_what_the_projectors_built_is_equal(name: str, verify: Callable[..., Findings]) -> None:
    findings = verify(name)
    assert findings.differences == []
    assert all(tally.checked > 0 for tally in findings.tallies.values())


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("name", "corrupt"), CORRUPTIONS, ids=lambda one: getattr(one, "__name__", one)
)
def test_a_corrupted_read_model_is_found_and_mended(
    pipeline: Pipeline,
    verify: Callable[..., Findings],
    name: str,
    corrupt: Corrupt,
    seed: int,
) -> None:
    [generation] = pipeline.generations.active([name])
    sound = contents(pipeline.redis, generation)
    corrupt(pipeline.redis, name, random.Random(seed))
    assert contents(pipeline.redis, generation) != sound
    found = verify(name, repair=True)
    assert found.different > 0
    assert found.repaired > 0
    assert contents(pipeline.redis, generation) == sound
    assert verify(name).different == 0


@pytest.mark.parametrize("events", [-40, -3, 1_000, 1])
def test_a_checkpoint_that_was_moved_is_found_and_made_good(
    pipeline: Pipeline, verify: Callable[..., Findings], events: int
) -> None:
    [generation] = pipeline.generations.active([HOME_FEED])
    sound, shard = contents(pipeline.redis, generation), generation.shard(0)
    pipeline.redis.hset(shard.checkpoint_key, "position", pipeline.head() + events)
    found = verify(HOME_FEED, repair=True)
    assert found.different > 0
    pipeline.project(pipeline.projector())
    assert verify(HOME_FEED).different == 0
    assert contents(pipeline.redis, generation) == sound


def test_a_place_inside_no_event_is_found_and_made_good(
    pipeline: Pipeline, verify: Callable[..., Findings]
) -> None:
    [generation] = pipeline.generations.active([HOME_FEED])
    pipeline.redis.hset(generation.shard(1).checkpoint_key, "place", 3)
    [difference] = verify(HOME_FEED, repair=True).differences
    assert difference.what == What.CHECKPOINT
    assert verify(HOME_FEED).different == 0


def test_without_a_checkpoint_there_is_no_verdict(
    pipeline: Pipeline, verify: Callable[..., Findings]
) -> None:
    [generation] = pipeline.generations.active([HOME_FEED])
    pipeline.redis.delete(generation.shard(1).checkpoint_key)
    with pytest.raises(CannotTell, match="no checkpoint"):
        verify(HOME_FEED)


def test_each_difference_says_which_feed_and_which_post(
    pipeline: Pipeline, verify: Callable[..., Findings]
) -> None:
    [key] = [k for k in lists(pipeline.redis, HOME_FEED, 3) if "}f:" in k][:1]
    posts = [int(post) for post in pipeline.redis.lrange(key, 0, -1)]
    newest, oldest = str(posts[0]), str(posts[-1])
    pipeline.redis.lset(key, 0, "1")
    findings = verify(HOME_FEED)
    assert {(d.item, f"f:{d.owner}", d.what, d.entry) for d in findings.differences} == {
        ("feed", key.split("}")[1], What.MISSING, int(newest)),
        ("feed", key.split("}")[1], What.EXTRA, 1),
    }
    pipeline.redis.lset(key, 0, oldest)
    pipeline.redis.lset(key, -1, newest)
    findings = verify(HOME_FEED)
    assert [d.what for d in findings.differences] == [What.MISORDERED]
    assert {d.position for d in findings.differences} == {pipeline.head()}
    assert (findings.lowest, findings.highest) == (pipeline.head(), pipeline.head())


def test_a_sample_compares_its_share(pipeline: Pipeline, verify: Callable[..., Findings]) -> None:
    whole, part = verify(HOME_FEED).tallies["feed"], verify(HOME_FEED, rate=0.25).tallies["feed"]
    assert 2 <= part.checked < whole.checked == 8
