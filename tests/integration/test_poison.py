"""An event that cannot be read: projections stop loudly in front of it, or leave it out visibly."""

import logging
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import replace
from uuid import UUID, uuid4

import psycopg
import pytest

from command_api.application import Slackwater
from domain.errors import UnreadableEvent
from projections.home_feed.keys import HOME_FEED
from projections.log.quarantine import POISONED, Quarantine, Quarantined
from projections.progress import Silence
from projections.projector import Projector
from projections.rebuild.rebuild import Rebuild, Servers
from projections.relational.projector import RelationalProjector
from projections.shards import Checkpoint
from projections.verify.findings import Findings
from projections.verify.truth import Truth
from tests.convergence.poisons import (
    SECRET,
    SPOILS,
    Spoil,
    not_json,
    unknown_topic,
    upcasters_that_raise,
)
from tests.integration.pipeline import Pipeline
from tests.integration.relational import Relational
from tests.integration.spoiling import SPOILED, spoiled
from tests.rewriting import rewriting

each_spoil = pytest.mark.parametrize("spoil", SPOILS, ids=lambda spoil: spoil.__name__)

STEPS = 3
"""Of a projector in front of an event that it cannot read: it goes nowhere."""


@pytest.fixture(autouse=True)
def bugs() -> Generator[None]:
    POISONED.set(0)  # a process has one projector, but this one has many
    with upcasters_that_raise():
        yield


def some_posts(write_model: Slackwater) -> tuple[UUID, list[int]]:
    """Somebody, and the positions of three posts of theirs."""
    person = write_model.register(handle="somebody", display_name=None).id
    posts = [write_model.publish(author_id=person, text=SECRET).position for _ in range(3)]
    return person, posts


def step(projector: Projector | RelationalProjector) -> None:
    for _ in range(STEPS):
        projector.step()


def in_quarantine(database_url: str) -> list[Quarantined]:
    with closing(Quarantine(database_url)) as quarantine:
        return quarantine.events()


@each_spoil
def test_shards_stand_right_before_an_event_that_cannot_be_read_and_say_so_once(
    pipeline: Pipeline, database_url: str, spoil: Spoil, caplog: pytest.LogCaptureFixture
) -> None:
    _, [before, post, _] = some_posts(pipeline.write_model)
    with spoiled(database_url, post, spoil), caplog.at_level(logging.ERROR):
        pipeline.carry()
        projector = pipeline.projector()
        step(projector)
        assert set(pipeline.checkpoints().values()) == {Checkpoint(before)}
    [said] = [record.getMessage() for record in caplog.records]
    assert f"stopped before position {post}" in said
    assert SECRET not in said
    assert POISONED._value.get() == post
    assert projector._vitals()["poison"] is not None
    assert in_quarantine(database_url) == []


@each_spoil
def test_tables_stand_right_before_it_as_well(
    relational: Relational, spoil: Spoil, caplog: pytest.LogCaptureFixture
) -> None:
    _, [before, post, _] = some_posts(relational.write_model)
    with spoiled(relational.database_url, post, spoil), caplog.at_level(logging.ERROR):
        step(relational.projector())
        [active] = relational.generations.all()
        assert active.position == before
        with pytest.raises(UnreadableEvent):
            relational.generations.load(relational.generations.begin())
    assert [f"stopped before position {post}" in r.getMessage() for r in caplog.records] == [True]


@each_spoil
def test_by_policy_it_is_put_into_quarantine_with_a_reason_and_left_out(
    pipeline: Pipeline, database_url: str, spoil: Spoil
) -> None:
    person, [first, post, last] = some_posts(pipeline.write_model)
    with spoiled(database_url, post, spoil):
        pipeline.carry()
        pipeline.project(pipeline.projector("quarantine"))
        [found] = in_quarantine(database_url)
        assert (found.position, found.released) == (post, None)
        assert found.reason
        assert SECRET not in found.reason
        assert not found.can_be_read
    assert POISONED._value.get() == 0
    [home_feed] = pipeline.generations.active([HOME_FEED])
    number = pipeline.write_model.number_of(person)
    feed = pipeline.redis.lrange(f"{home_feed.shard_of(number).tag}f:{number}", 0, -1)
    assert feed == [b"%d" % last, b"%d" % first]


@pytest.mark.parametrize("part", ["originator_id", "topic", "state"])
def test_what_stands_now_where_something_unreadable_stood_before_a_restore_is_not_left_out(
    pipeline: Pipeline, database_url: str, part: str
) -> None:
    """A projector may hold an event of the lost history while the store gets another one there."""
    _, [post, *_] = some_posts(pipeline.write_model)
    [stands] = pipeline.store.read_up_to(post - 1, post)
    unreadable = not_json(unknown_topic(stands))
    lost = replace(
        unreadable, **{part: {"originator_id": uuid4(), "topic": "lost", "state": b"lost"}[part]}
    )
    with psycopg.connect(database_url, autocommit=True) as connection, rewriting(connection):
        connection.execute(SPOILED, (unreadable.topic, unreadable.state, post))
    quarantine = pipeline.quarantine("quarantine")
    assert quarantine.read([lost], 0) == []
    assert quarantine.poison is not None
    assert quarantine.events() == []
    assert [one.is_left_out for one in quarantine.read([unreadable], 0)] == [True]
    assert [one.position for one in quarantine.events()] == [post]


def test_a_projector_that_waits_goes_on_when_another_one_leaves_the_event_out(
    pipeline: Pipeline, relational: Relational, database_url: str
) -> None:
    _, [_, post, _] = some_posts(pipeline.write_model)
    with spoiled(database_url, post, unknown_topic):
        pipeline.carry()
        waiting = pipeline.projector("stop")
        step(waiting)
        relational.project(relational.projector(poison="quarantine"))
        pipeline.project(waiting)
    assert POISONED._value.get() == 0


def test_a_projector_with_another_policy_goes_on_where_the_last_one_stopped(
    pipeline: Pipeline, database_url: str
) -> None:
    _, [_, post, _] = some_posts(pipeline.write_model)
    with spoiled(database_url, post, not_json):
        pipeline.carry()
        stopped = pipeline.projector("stop")
        step(stopped)
        stopped._member.leave()
        pipeline.project(pipeline.projector("quarantine"))
    assert [one.position for one in in_quarantine(database_url)] == [post]


def test_who_takes_a_shard_over_leaves_out_what_its_predecessor_left_out(
    pipeline: Pipeline, database_url: str, verify_now: Callable[[], Findings]
) -> None:
    """Although it could read it, and although it has known the quarantine as empty."""
    write_model = pipeline.write_model
    successor = pipeline.projector("quarantine")
    pipeline.people(1)
    pipeline.carry()
    pipeline.project(successor)
    follower = write_model.register(handle="follower", display_name=None)
    with spoiled(database_url, follower.position, unknown_topic):
        pipeline.carry()
        first = pipeline.projector("quarantine")
        successor._member.leave()
        pipeline.project(first)
    followee = write_model.register(handle="followee", display_name=None).id
    write_model.publish(author_id=follower.id, text="by nobody who is known")
    write_model.set_following(follower_id=follower.id, followee_id=followee, following=True)
    pipeline.carry()
    first._member.leave()
    pipeline.project(successor)
    assert [str(one) for one in verify_now().differences] == []


@pytest.fixture
def verify_now(pipeline: Pipeline, database_url: str) -> Callable[[], Findings]:
    """Holds the home feed against history."""

    def verify() -> Findings:
        [active] = pipeline.generations.active([HOME_FEED])
        rebuild = Rebuild(Servers(database_url, pipeline.redis), pipeline.store, active, Silence())
        return rebuild._verify(active, Truth(database_url, active.release))

    return verify
