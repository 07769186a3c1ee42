"""Events brought back from quarantine: what can be read now comes back everywhere, verified."""

import json
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from launcher.errors import LaunchError
from launcher.quarantine import list_quarantine, retry_quarantine
from launcher.rebuild import run_rebuild
from launcher.settings import Settings
from launcher.shape import Shape
from projections.catalogue import EVERY_NAME, NAMES
from projections.home_feed.keys import HOME_FEED
from projections.log.quarantine import Quarantine
from projections.posts.keys import POSTS
from projections.progress import Silence
from projections.relational.keys import RELATIONAL
from projections.verify.inspection import Sample
from projections.verify.verification import Verification
from tests.conftest import Servers
from tests.convergence.contents import contents
from tests.convergence.poisons import unknown_topic
from tests.integration.pipeline import Pipeline
from tests.integration.relational import Relational
from tests.integration.spoiling import spoiled


@pytest.fixture
def settings(servers: Servers, database_url: str) -> Settings:
    return Settings.of(database_url=database_url, redis_url=servers.redis_url)


Quarantining = Callable[[int], None]


@pytest.fixture
def everybody_leaves_out(
    pipeline: Pipeline, relational: Relational, database_url: str
) -> Quarantining:
    """Puts the event at this position into quarantine, and projects all there is."""

    def leave_out(position: int) -> None:
        with spoiled(database_url, position, unknown_topic):
            pipeline.carry()
            projector = pipeline.projector("quarantine")
            pipeline.project(projector)
            projector._member.leave()
            relational.project(relational.projector(poison="quarantine"))
        pipeline.stream.trim_below(pipeline.head() + 1)  # it carries the event as it was

    return leave_out


@pytest.fixture
def different(pipeline: Pipeline, database_url: str) -> Callable[[], int]:
    """How many items of any projection are not as history says."""

    def verify() -> int:
        with Verification(database_url, pipeline.redis) as verification:
            return verification.run(EVERY_NAME, Sample(), Silence()).different

    return verify


def listed(settings: Settings, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert list_quarantine(settings, as_json=True) == 0
    return json.loads(capsys.readouterr().out)


def test_what_can_be_read_again_comes_back_in_every_projection(
    pipeline: Pipeline,
    relational: Relational,
    settings: Settings,
    everybody_leaves_out: Quarantining,
    different: Callable[[], int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    ada, bob = (
        pipeline.write_model.register(handle=handle, display_name=None) for handle in ("ada", "bob")
    )
    pipeline.write_model.publish(author_id=bob.id, text="before")
    pipeline.write_model.set_following(follower_id=ada.id, followee_id=bob.id, following=True)
    everybody_leaves_out(bob.position)
    assert different() == 0
    [row] = listed(settings, capsys)
    assert (row["position"], row["state"]) == (bob.position, "quarantined")
    assert row["projections"] == list(EVERY_NAME)
    assert retry_quarantine(settings, is_confirmed=True) == 0
    assert listed(settings, capsys) == []
    assert different() == 0
    sound = rebuilt_as_if_nothing_had_happened(pipeline, relational)
    for name in NAMES:
        [active] = pipeline.generations.active([name])
        assert contents(pipeline.redis, active) == sound[name]
    [active] = [one for one in relational.generations.all() if one.active]
    assert relational.rows(active.number) == sound[RELATIONAL]


def rebuilt_as_if_nothing_had_happened(
    pipeline: Pipeline, relational: Relational
) -> dict[str, object]:
    """What projectors make of the history when nothing is, or ever was, in quarantine."""
    found: dict[str, object] = {}
    kept = {key: pipeline.redis.dump(key) or b"" for key in pipeline.redis.keys("*")}
    relational.connection.execute("CREATE TABLE kept AS SELECT * FROM slackwater_quarantine")
    relational.connection.execute("TRUNCATE slackwater_quarantine")
    pipeline.redis.flushall()
    pipeline.own_relay._last, pipeline.own_relay._member._next_beat = None, 0.0
    pipeline.carry()
    pipeline.project(pipeline.projector())
    for name in NAMES:
        found[name] = contents(pipeline.redis, pipeline.generations.active([name])[0])
    number = relational.generations.begin()
    relational.generations.load(number)
    found[RELATIONAL] = relational.rows(number)
    pipeline.redis.flushall()
    for key, value in kept.items():
        pipeline.redis.restore(key, 0, value)
    relational.connection.execute("INSERT INTO slackwater_quarantine SELECT * FROM kept")
    return found


def test_until_it_is_retried_everybody_goes_on_leaving_it_out_although_it_could_be_read(
    pipeline: Pipeline,
    everybody_leaves_out: Quarantining,
    different: Callable[[], int],
) -> None:
    ada = pipeline.write_model.register(handle="ada", display_name=None)
    pipeline.write_model.publish(author_id=ada.id, text="first")
    everybody_leaves_out(ada.position)
    [active] = pipeline.generations.active([POSTS])
    before = contents(pipeline.redis, active)
    for shard in active.all_shards():
        pipeline.redis.delete(shard.checkpoint_key, *pipeline.redis.keys(f"{shard.tag}*"))
    pipeline.project(pipeline.projector())
    assert contents(pipeline.redis, active) == before == {}
    assert different() == 0


def test_a_retry_that_ends_early_is_verified_as_far_as_it_has_come_and_finished_by_the_next(
    pipeline: Pipeline,
    settings: Settings,
    database_url: str,
    everybody_leaves_out: Quarantining,
    different: Callable[[], int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    ada = pipeline.write_model.register(handle="ada", display_name=None)
    post = pipeline.write_model.publish(author_id=ada.id, text="first")
    everybody_leaves_out(post.position)
    with closing(Quarantine(database_url)) as quarantine:
        quarantine.give_back([post.position])
    run_rebuild(settings, [POSTS], Shape(), activate=True, as_json=False)
    [row] = listed(settings, capsys)
    assert row["state"] == "to be built in"
    assert set(row["projections"]) == set(EVERY_NAME) - {POSTS}
    assert different() == 0
    [home_feed] = pipeline.generations.active([HOME_FEED])
    feed = f"{home_feed.shard_of(ada.position).tag}f:{ada.position}"
    # A shard that is filled anew belongs to its generation, and leaves out what that leaves out.
    for shard in home_feed.all_shards():
        pipeline.redis.delete(shard.checkpoint_key, *pipeline.redis.keys(f"{shard.tag}*"))
    pipeline.project(pipeline.projector())
    assert pipeline.redis.lrange(feed, 0, -1) == []
    assert different() == 0
    assert retry_quarantine(settings, is_confirmed=True) == 0
    assert listed(settings, capsys) == []
    assert different() == 0


def test_read_models_that_vanish_after_a_retry_come_back_with_what_came_back(
    pipeline: Pipeline,
    settings: Settings,
    everybody_leaves_out: Quarantining,
    different: Callable[[], int],
) -> None:
    ada = pipeline.write_model.register(handle="ada", display_name=None)
    everybody_leaves_out(ada.position)
    assert retry_quarantine(settings, is_confirmed=True) == 0
    pipeline.redis.flushall()
    pipeline.own_relay._last, pipeline.own_relay._member._next_beat = None, 0.0
    pipeline.carry()
    pipeline.project(pipeline.projector())
    [profiles] = pipeline.generations.active(["profiles"])
    shard = profiles.shard_of(ada.position)
    assert pipeline.redis.exists(f"{shard.tag}p:{ada.position}")
    assert different() == 0


def test_what_cannot_be_read_yet_stays_and_nothing_is_rebuilt(
    pipeline: Pipeline, settings: Settings, database_url: str, everybody_leaves_out: Quarantining
) -> None:
    assert retry_quarantine(settings, is_confirmed=True) == 0
    [position] = pipeline.people(1)
    everybody_leaves_out(position)
    with spoiled(database_url, position, unknown_topic):
        assert retry_quarantine(settings, is_confirmed=True) == 1
    assert [len(pipeline.generations.listed(name)) for name in NAMES] == [1, 1, 1]


def test_without_a_terminal_to_ask_nothing_is_done_unless_told(
    pipeline: Pipeline, settings: Settings, everybody_leaves_out: Quarantining
) -> None:
    [position] = pipeline.people(1)
    everybody_leaves_out(position)
    with pytest.raises(LaunchError, match="--yes"):
        retry_quarantine(settings, is_confirmed=False)
    assert [len(pipeline.generations.listed(name)) for name in NAMES] == [1, 1, 1]
