"""Verification on real servers: whatever is corrupted is found, named, and mended."""

import random
from collections.abc import Callable

import pytest

from projections.generations import Generations
from projections.home_feed.keys import HOME_FEED
from projections.posts.keys import POSTS
from projections.profiles.keys import PROFILES
from projections.progress import Silence
from projections.verify.errors import CannotTell
from projections.verify.findings import Findings, What
from projections.verify.identities import Identities
from projections.verify.inspection import Inspection, Sample
from projections.verify.truth import Truth
from projections.verify.verification import Verification
from tests.convergence.contents import contents
from tests.integration.corruptions import CORRUPTIONS, Corrupt, lists
from tests.integration.pipeline import Pipeline

NAMES = (HOME_FEED, POSTS, PROFILES)


@pytest.fixture
def verify(lived_in: Pipeline, database_url: str) -> Callable[..., Findings]:
    def verify(name: str, *, repair: bool = False, rate: float = 1.0) -> Findings:
        [generation] = Generations(lived_in.redis).active([name])
        truth = Truth(database_url)
        identities = Identities(database_url, truth)
        try:
            inspection = Inspection(lived_in.redis, generation, truth, identities, repair=repair)
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
    lived_in: Pipeline,
    verify: Callable[..., Findings],
    name: str,
    corrupt: Corrupt,
    seed: int,
) -> None:
    [generation] = lived_in.generations.active([name])
    sound = contents(lived_in.redis, generation)
    corrupt(lived_in.redis, name, random.Random(seed))
    assert contents(lived_in.redis, generation) != sound
    found = verify(name, repair=True)
    assert found.different > 0
    assert found.repaired > 0
    assert contents(lived_in.redis, generation) == sound
    assert verify(name).different == 0


@pytest.mark.parametrize("events", [-40, -3, 1_000, 1])
def test_a_checkpoint_that_was_moved_is_found_and_made_good(
    lived_in: Pipeline, verify: Callable[..., Findings], events: int
) -> None:
    [generation] = lived_in.generations.active([HOME_FEED])
    sound, shard = contents(lived_in.redis, generation), generation.shard(0)
    lived_in.redis.hset(shard.checkpoint_key, "position", lived_in.head() + events)
    found = verify(HOME_FEED, repair=True)
    assert found.different > 0
    lived_in.project(lived_in.projector())
    assert verify(HOME_FEED).different == 0
    assert contents(lived_in.redis, generation) == sound


def test_a_place_inside_no_event_is_found_and_made_good(
    lived_in: Pipeline, verify: Callable[..., Findings]
) -> None:
    [generation] = lived_in.generations.active([HOME_FEED])
    lived_in.redis.hset(generation.shard(1).checkpoint_key, "place", 3)
    [difference] = verify(HOME_FEED, repair=True).differences
    assert difference.what == What.CHECKPOINT
    assert verify(HOME_FEED).different == 0


def test_without_a_checkpoint_there_is_no_verdict(
    lived_in: Pipeline, verify: Callable[..., Findings]
) -> None:
    [generation] = lived_in.generations.active([HOME_FEED])
    lived_in.redis.delete(generation.shard(1).checkpoint_key)
    with pytest.raises(CannotTell, match="no checkpoint"):
        verify(HOME_FEED)


def test_a_young_history_without_posts_or_follows_can_be_verified(
    pipeline: Pipeline, database_url: str
) -> None:
    assert Truth(database_url).position == 0
    pipeline.people(1)
    pipeline.carry()
    pipeline.project(pipeline.projector())
    with Verification(database_url, pipeline.redis) as verification:
        report = verification.run(NAMES, Sample(), Silence())
    assert report.different == 0
    assert report.checked > 0


def test_each_difference_says_which_feed_and_which_post(
    lived_in: Pipeline, verify: Callable[..., Findings]
) -> None:
    [key] = [k for k in lists(lived_in.redis, HOME_FEED, 3) if "}f:" in k][:1]
    posts = [int(post) for post in lived_in.redis.lrange(key, 0, -1)]
    newest, oldest = str(posts[0]), str(posts[-1])
    lived_in.redis.lset(key, 0, "1")
    findings = verify(HOME_FEED)
    assert {(d.item, f"f:{d.owner}", d.what, d.entry) for d in findings.differences} == {
        ("feed", key.split("}")[1], What.MISSING, int(newest)),
        ("feed", key.split("}")[1], What.EXTRA, 1),
    }
    lived_in.redis.lset(key, 0, oldest)
    lived_in.redis.lset(key, -1, newest)
    findings = verify(HOME_FEED)
    assert [d.what for d in findings.differences] == [What.MISORDERED]
    assert {d.position for d in findings.differences} == {lived_in.head()}
    assert (findings.lowest, findings.highest) == (lived_in.head(), lived_in.head())


def test_a_sample_compares_its_share(lived_in: Pipeline, verify: Callable[..., Findings]) -> None:
    whole, part = verify(HOME_FEED).tallies["feed"], verify(HOME_FEED, rate=0.25).tallies["feed"]
    assert 2 <= part.checked < whole.checked == 8
