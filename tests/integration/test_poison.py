"""An event that cannot be read: projections stop loudly in front of it, or leave it out visibly."""

import logging
from collections.abc import Callable, Generator
from contextlib import closing
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from command_api.application import Slackwater
from command_api.errors import HistoryUnreadable
from domain.errors import UnreadableEvent
from projections.home_feed.keys import HOME_FEED
from projections.log.quarantine import POISONED, Quarantine, Quarantined
from projections.log.store import Store
from projections.progress import Silence
from projections.projector import Projector
from projections.rebuild.rebuild import Rebuild, Servers
from projections.relational.projector import RelationalProjector
from projections.shards import Checkpoint, State
from projections.verify.errors import CannotTell
from projections.verify.findings import Findings
from projections.verify.inspection import Sample
from projections.verify.tables import TablesInspection
from projections.verify.truth import Truth
from tests.convergence.poisons import (
    SECRET,
    SPOILS,
    Spoil,
    field_of_another_type,
    not_json,
    unknown_topic,
    upcasters_that_raise,
)
from tests.integration.pipeline import Pipeline
from tests.integration.relational import Relational
from tests.integration.spoiling import spoiled

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


def test_a_rebuild_stops_in_front_of_it_too_and_leaves_nothing_behind(
    lived_in: Pipeline, database_url: str
) -> None:
    [active] = lived_in.generations.active([HOME_FEED])
    with spoiled(database_url, lived_in.head() - 5, unknown_topic):
        stopping = Rebuild(Servers(database_url, lived_in.redis), lived_in.store, active, Silence())
        with pytest.raises(UnreadableEvent):
            stopping.run(shards=2, window=4, activate=True)
    assert [one.state for one in lived_in.generations.listed(HOME_FEED)] == [State.ACTIVE]
    assert in_quarantine(database_url) == []


def test_by_policy_a_rebuild_that_meets_it_first_leaves_it_out_and_is_verified(
    lived_in: Pipeline, database_url: str
) -> None:
    [active] = lived_in.generations.active([HOME_FEED])
    servers = Servers(database_url, lived_in.redis, "quarantine")
    with spoiled(database_url, lived_in.head() - 5, not_json):
        rebuilt = Rebuild(servers, lived_in.store, active, Silence()).run(
            shards=2, window=4, activate=True
        )
    assert rebuilt.switched
    assert rebuilt.different == 0


@pytest.mark.parametrize("spoil", [not_json, field_of_another_type])
def test_verification_that_cannot_read_a_payload_says_at_which_position(
    lived_in: Pipeline, relational: Relational, database_url: str, spoil: Spoil
) -> None:
    relational.project(relational.projector())
    post = lived_in.head() - 5
    with spoiled(database_url, post, spoil):
        with pytest.raises(CannotTell, match=f"position {post} cannot be read"):
            Truth(database_url)
        with pytest.raises(CannotTell, match=f"position {post} cannot be read"):
            TablesInspection(database_url).inspect(Sample(), repair=False)


def test_a_command_that_rests_on_it_is_refused_in_words_and_stores_nothing(
    write_model: Slackwater, store: Store, database_url: str
) -> None:
    person, _ = some_posts(write_model)
    post = write_model.publish(author_id=person, text=SECRET)
    head = store.head()
    with (
        spoiled(database_url, post.position, not_json),
        pytest.raises(HistoryUnreadable, match=f"position {post.position}") as refused,
    ):
        write_model.delete(caller_id=person, post_id=post.id)
    assert SECRET not in str(refused.value)
    assert store.head() == head


def test_a_role_that_may_read_the_log_and_add_to_the_quarantine_is_enough(
    pipeline: Pipeline, database_url: str
) -> None:
    _, [_, post, _] = some_posts(pipeline.write_model)
    role = f"reader_{uuid4().hex}"
    with psycopg.connect(database_url, autocommit=True) as connection:
        name = sql.Identifier(role)
        connection.execute(sql.SQL("CREATE ROLE {}").format(name))
        for granted in (
            "SELECT ON slackwater_events",
            "SELECT, INSERT ON slackwater_quarantine",
        ):
            connection.execute(sql.SQL("GRANT {} TO {}").format(sql.SQL(granted), name))
        url = make_conninfo(database_url, options=f"-c role={role}")
        with (
            spoiled(database_url, post, unknown_topic),
            closing(Quarantine(url, "quarantine")) as quarantine,
        ):
            read = quarantine.read(pipeline.store.read_after(0, 100), 0)
        assert [entry.position for entry in read if entry.is_left_out] == [post]
        connection.execute(sql.SQL("DROP OWNED BY {0}; DROP ROLE {0}").format(name))
