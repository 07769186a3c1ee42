"""What else meets an event that cannot be read: rebuild, verification, commands, a lesser role."""

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
from projections.log.quarantine import Quarantine, Quarantined
from projections.log.store import Store
from projections.progress import Silence
from projections.rebuild.rebuild import Rebuild, Servers
from projections.shards import State
from projections.verify.errors import CannotTell
from projections.verify.inspection import Sample
from projections.verify.tables import TablesInspection
from projections.verify.truth import Truth
from tests.convergence.poisons import (
    SECRET,
    Spoil,
    field_of_another_type,
    not_json,
    unknown_topic,
)
from tests.integration.pipeline import Pipeline
from tests.integration.relational import Relational
from tests.integration.spoiling import spoiled


def some_posts(write_model: Slackwater) -> tuple[UUID, list[int]]:
    """Somebody, and the positions of three posts of theirs."""
    person = write_model.register(handle="somebody", display_name=None).id
    posts = [write_model.publish(author_id=person, text=SECRET).position for _ in range(3)]
    return person, posts


def in_quarantine(database_url: str) -> list[Quarantined]:
    with closing(Quarantine(database_url)) as quarantine:
        return quarantine.events()


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
