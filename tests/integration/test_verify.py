"""Verification on real servers: whatever is corrupted is found, named, and mended."""

import json
import random
from collections.abc import Callable, Generator
from contextlib import contextmanager

import pytest

from projections.home_feed.keys import HOME_FEED
from projections.posts.keys import POSTS
from projections.profiles.keys import PROFILES
from projections.progress import Silence
from projections.verify.errors import CannotTell
from projections.verify.findings import Findings, What
from projections.verify.inspection import Sample
from projections.verify.truth import Truth
from projections.verify.verification import Verification
from tests.convergence.contents import contents
from tests.examples import examples
from tests.integration.corruptions import CORRUPTIONS, OF_ANOTHER_TYPE, Corrupt, lists, strings
from tests.integration.pipeline import Pipeline
from tests.integration.traffic import Traffic
from tests.waiting import until

NAMES = (HOME_FEED, POSTS, PROFILES)

PEOPLE = "SELECT originator_id FROM slackwater_events WHERE topic = 'person.registered'"
POSTS_AND_AUTHORS = """
    SELECT person.originator_id, post.originator_id
    FROM slackwater_events AS post
    JOIN slackwater_events AS person
        ON person.notification_id = (convert_from(post.state, 'UTF8')::json->>'author')::bigint
    WHERE post.topic = 'post.published' AND NOT EXISTS (
        SELECT FROM slackwater_events AS gone
        WHERE gone.originator_id = post.originator_id AND gone.topic = 'post.deleted'
    )
"""


@pytest.mark.parametrize("name", NAMES)
def test_what_the_projectors_built_is_equal(name: str, verify: Callable[..., Findings]) -> None:
    findings = verify(name)
    assert findings.differences == []
    assert all(tally.checked > 0 for tally in findings.tallies.values())


@pytest.mark.parametrize("seed", range(examples(3)))
@pytest.mark.parametrize(
    ("name", "corrupt"),
    [*CORRUPTIONS, *OF_ANOTHER_TYPE],
    ids=lambda one: getattr(one, "__name__", one),
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


@pytest.mark.parametrize("name", NAMES)
def test_a_shard_that_is_behind_is_compared_as_of_where_it_stands(
    lived_in: Pipeline, verify: Callable[..., Findings], name: str
) -> None:
    position = lived_in.head()
    with lived_in.store._connected() as connection:
        people = connection.execute(PEOPLE).fetchall()
        posts = connection.execute(POSTS_AND_AUTHORS).fetchall()
    for number, (person,) in enumerate(people):
        lived_in.write_model.publish(author_id=person, text="too new")
        for following in (False, True) if number % 2 else (True, False):
            for (other,) in people:
                if other != person:
                    lived_in.write_model.set_following(
                        follower_id=person, followee_id=other, following=following
                    )
    for author, post in posts:
        lived_in.write_model.delete(caller_id=author, post_id=post)
    findings = verify(name)
    assert findings.differences == []
    assert (findings.lowest, findings.highest) == (position, position)


@contextmanager
def moving(pipeline: Pipeline) -> Generator[None]:
    """While this lasts, somebody writes and the projectors apply it."""
    before = pipeline.head()
    with Traffic(pipeline):
        until(lambda: pipeline.slowest_position() > before, "the projectors move")
        yield


@pytest.mark.parametrize("name", NAMES)
def test_while_everything_moves_no_difference_is_found(
    lived_in: Pipeline, verify: Callable[..., Findings], name: str
) -> None:
    found: list[Findings] = []

    def verified_at_several_positions() -> bool:
        found.append(verify(name))
        return len({findings.highest for findings in found}) > 5

    with moving(lived_in):
        until(verified_at_several_positions, "verifications as of several positions")
    assert [str(d) for findings in found for d in findings.differences] == []


def test_what_is_corrupted_while_everything_moves_is_mended(
    lived_in: Pipeline, verify: Callable[..., Findings]
) -> None:
    # Of people whom the traffic leaves alone: the others' lists change under the test's hands.
    damaged = lists(lived_in.redis, HOME_FEED, 3)[:20]
    with moving(lived_in):
        for key in damaged:
            lived_in.redis.lset(key, 1, "1")
        found = verify(HOME_FEED, repair=True)
    assert found.repaired == found.different > 0
    lived_in.carry()
    lived_in.project(lived_in.projector())
    assert verify(HOME_FEED).different == 0


@pytest.mark.parametrize("name", ["f:12x", "f:007", "f:" + 25 * "9", "f:", "what"])
def test_a_key_that_means_nothing_is_found_and_removed(
    lived_in: Pipeline, verify: Callable[..., Findings], name: str
) -> None:
    [generation] = lived_in.generations.active([HOME_FEED])
    key = generation.shard(0).tag + name
    lived_in.redis.set(key, "1")
    found = verify(HOME_FEED, repair=True)
    [difference] = found.differences
    assert (found.different, difference.what) == (1, What.EXTRA)
    assert name in difference.item
    assert not lived_in.redis.exists(key)


@pytest.mark.parametrize("name", ["f:1", "f:2", "fh", "checkpoint"])
def test_a_key_of_a_shard_that_there_is_not_is_found_and_removed(
    lived_in: Pipeline, verify: Callable[..., Findings], name: str
) -> None:
    key = f"{{{HOME_FEED}:1:99}}{name}"
    lived_in.redis.rpush(key, "1")
    assert verify(HOME_FEED).different == 1
    found = verify(HOME_FEED, repair=True)
    [difference] = found.differences
    assert (difference.shard, difference.what) == (f"{HOME_FEED}/1/99", What.EXTRA)
    assert name in difference.item
    assert not lived_in.redis.exists(key)
    assert verify(HOME_FEED).different == 0


def test_a_fact_that_is_only_written_in_another_way_is_equal(
    lived_in: Pipeline, verify: Callable[..., Findings]
) -> None:
    key = next(key for key in strings(lived_in.redis, POSTS) if b"}p:" in key)
    fact = lived_in.redis.get(key)
    assert isinstance(fact, bytes)
    lived_in.redis.set(key, json.dumps(json.loads(fact), sort_keys=True, indent=1))
    assert verify(POSTS).different == 0
