"""What leaves verification without a verdict, and what a sample of it is."""

from collections.abc import Callable
from dataclasses import replace
from typing import LiteralString

import numpy as np
import psycopg
import pytest
from psycopg.sql import SQL

from projections.home_feed.keys import HOME_FEED
from projections.posts.keys import POSTS
from projections.profiles.keys import PROFILES
from projections.progress import Silence
from projections.rebuild.rebuild import Rebuild, Servers
from projections.shards import FOREVER
from projections.verify import looking
from projections.verify.errors import CannotTell
from projections.verify.findings import Findings
from projections.verify.inspection import Sample
from projections.verify.truth import Truth
from projections.verify.verification import Verification
from tests.integration.pipeline import Pipeline
from tests.rewriting import rewriting

NAMES = (HOME_FEED, POSTS, PROFILES)

AN_UNKNOWN_EVENT = """
    INSERT INTO slackwater_events (originator_id, originator_version, topic, state)
    VALUES (gen_random_uuid(), 1, 'nobody.knows', '{}')
"""


def test_a_shard_that_stays_in_the_middle_of_an_event_has_no_verdict(
    lived_in: Pipeline, verify: Callable[..., Findings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "STAND_STILL_SECONDS_MAX", 0.05)
    [generation] = lived_in.generations.active([HOME_FEED])
    lived_in.redis.hset(generation.shard(1).checkpoint_key, "place", 3)
    lived_in.write_model.register(handle="late", display_name=None)
    with pytest.raises(CannotTell, match="in the middle of an event"):
        verify(HOME_FEED)


@pytest.mark.parametrize(
    "change", ["topic = 'post.pinned'", 'state = \'{"v":3,"author":2,"text":"x"}\'::bytea']
)
def test_an_event_that_is_not_known_leaves_no_verdict(
    lived_in: Pipeline, verify: Callable[..., Findings], database_url: str, change: LiteralString
) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection, rewriting(connection):
        post = "SELECT max(notification_id) FROM slackwater_events WHERE topic = 'post.published'"
        connection.execute(
            SQL("UPDATE slackwater_events SET {} WHERE notification_id = ({})").format(
                SQL(change), SQL(post)
            )
        )
    with pytest.raises(CannotTell, match="does not know"):
        verify(HOME_FEED)


def test_what_could_not_be_read_is_not_judged_without_by_the_next_run(
    lived_in: Pipeline, database_url: str
) -> None:
    with Verification(database_url, lived_in.redis) as verification:
        assert verification.run(NAMES, Sample(), Silence()).different == 0
        lived_in.write_model.register(handle="newcomer", display_name=None)
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute(AN_UNKNOWN_EVENT)
            lived_in.write_model.register(handle="later", display_name=None)
            for _ in range(2):
                with pytest.raises(CannotTell, match="does not know"):
                    verification.run(NAMES, Sample(), Silence())
            with rewriting(connection):
                connection.execute("DELETE FROM slackwater_events WHERE topic = 'nobody.knows'")
        lived_in.carry()
        lived_in.project(lived_in.projector())
        report = verification.run(NAMES, Sample(), Silence())
    assert (report.different, report.findings[0].lowest) == (0, lived_in.head())


@pytest.mark.parametrize("repair", [False, True])
def test_a_switch_in_the_middle_of_it_leaves_no_verdict(
    lived_in: Pipeline, database_url: str, *, repair: bool
) -> None:
    [old] = lived_in.generations.active([HOME_FEED])
    rebuilt = Rebuild(Servers(database_url, lived_in.redis), lived_in.store, old, Silence()).run(
        shards=old.shards, window=old.window, activate=False
    )
    new = replace(old, number=rebuilt.number)

    class Switching(Silence):
        def at(self, done: int, detail: str = "") -> None:  # noqa: ARG002
            if lived_in.generations.active([HOME_FEED]) == [old]:
                assert lived_in.generations.switch(old, new, hold_ms=0).done

    with Verification(database_url, lived_in.redis) as verification:
        with pytest.raises(CannotTell, match="switched to another generation"):
            verification.run([HOME_FEED], Sample(), Switching(), repair=repair)
        assert verification.run([HOME_FEED], Sample(), Silence()).different == 0
    held = [lived_in.redis.hget(s.checkpoint_key, "held_until") for s in old.all_shards()]
    assert held == [str(FOREVER).encode()] * old.shards, "the old one rests on"


def test_a_horizon_of_nobody_is_found_and_one_that_names_no_number_is_passed_over(
    lived_in: Pipeline, verify: Callable[..., Findings]
) -> None:
    [generation] = lived_in.generations.active([HOME_FEED])
    lived_in.redis.hset(f"{generation.shard(0).tag}fh", "77777", 5)
    assert [d.owner for d in verify(HOME_FEED, repair=True).differences] == [77777]
    lived_in.redis.hset(f"{generation.shard(0).tag}fh", 25 * "9", 5)
    assert verify(HOME_FEED).different == 0


@pytest.mark.parametrize(("rate", "share"), [(1.0, 1_000), (0.5, 500), (0.001, 1), (0.999, 999)])
def test_a_sample_is_that_share_of_different_items_in_order(rate: float, share: int) -> None:
    owners = np.arange(10, 1_010)
    some = Sample(rate, seed=3).of(owners)
    assert abs(len(some) - share) <= 1
    assert (np.diff(some) > 0).all()
    assert np.isin(some, owners).all()
    assert len(Sample(rate).of(owners[:0])) == 0


def test_a_sample_is_the_same_for_a_seed_and_another_for_another() -> None:
    owners = np.arange(1_000)
    one, again, other = (Sample(0.5, seed).of(owners).tolist() for seed in (1, 1, 2))
    assert one == again != other


def test_a_sample_compares_its_share(lived_in: Pipeline, verify: Callable[..., Findings]) -> None:
    whole, part = verify(HOME_FEED).tallies["feed"], verify(HOME_FEED, rate=0.25).tallies["feed"]
    assert 2 <= part.checked < whole.checked == 8


@pytest.mark.parametrize("people", [0, 1, 3])
@pytest.mark.parametrize("name", NAMES)
def test_a_history_in_which_nobody_follows_or_posts_yet_is_equal(
    pipeline: Pipeline, database_url: str, name: str, people: int
) -> None:
    pipeline.people(people)
    pipeline.carry()
    pipeline.project(pipeline.projector())
    with Verification(database_url, pipeline.redis) as verification:
        report = verification.run([name], Sample(), Silence())
    assert (report.different, report.chain.entries) == (0, 2 * people)


def test_history_that_is_read_on_is_history_read_at_once(
    lived_in: Pipeline, database_url: str
) -> None:
    truth = Truth(database_url)
    lived_in.write_model.register(handle="newcomer", display_name=None)
    truth.advance()
    assert truth.positions.tolist() == Truth(database_url).positions.tolist()
