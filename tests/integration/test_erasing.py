"""What erased people leave behind ends, however much it is and whatever is in the way."""

import gc
from collections.abc import Sequence
from contextlib import closing
from uuid import uuid4

import psycopg
import pytest
from psycopg.sql import SQL

from command_api import erasing
from command_api.application import RegisteredPerson, Slackwater
from command_api.commands import erase
from command_api.erasing import Erasing
from command_api.event_store import erasures
from command_api.event_store.group_commit import Append
from command_api.event_store.patience import Patience
from command_api.event_store.queries import query
from domain.events import Deleted, Followed, Unfollowed
from projections.log.store import Store
from tests.convergence.poisons import not_json
from tests.integration.spoiling import spoiled

BRIEF = Patience(connection_seconds=2.0, retry_seconds=0.2, answer_seconds=0.5)
FOLLOWERS = 1_000


@pytest.fixture
def ada(write_model: Slackwater) -> RegisteredPerson:
    return write_model.register(handle="ada", display_name=None)


@pytest.fixture
def bob(write_model: Slackwater) -> RegisteredPerson:
    return write_model.register(handle="bob", display_name=None)


def ended(store: Store) -> list[type[object]]:
    """Which ends the log has."""
    kinds = [type(entry.body) for entry in store.read_after(0, 10_000)]
    return [kind for kind in kinds if kind in {Deleted, Unfollowed}]


def under_way(database_url: str) -> list[int]:
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("SELECT number FROM slackwater_erasures").fetchall()
    return [number for (number,) in rows]


def test_everything_ends_wherever_a_look_at_the_log_ends(
    ada: RegisteredPerson, bob: RegisteredPerson, write_model: Slackwater, store: Store,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(erasures, "POSITIONS_AT_ONCE", 2)
    posts = [write_model.publish(author_id=ada.id, text=f"{n}") for n in range(4)]
    write_model.set_following(follower_id=bob.id, followee_id=ada.id, following=True)
    write_model.delete(caller_id=ada.id, post_id=posts[1].id)
    write_model.publish(author_id=bob.id, text="stays")
    write_model.erase(ada.id)
    assert Erasing(write_model).step() == 1
    assert sorted(ended(store), key=str) == [*[Deleted] * 4, Unfollowed]


def how_many() -> int:
    """Appends in this process."""
    return sum(isinstance(one, Append) for one in gc.get_objects())


def test_of_ever_so_many_followers_only_few_are_at_hand_at_any_time(
    ada: RegisteredPerson, write_model: Slackwater, store: Store, database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    follow = '{"at":"2026-01-01T00:00:00Z","v":1,"follower":%s,"followee":%s}'
    with psycopg.connect(database_url) as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO slackwater_events (originator_id, originator_version, topic, state)"
            " VALUES (%s, 1, %s, %s)",
            [
                (uuid4(), Followed.TOPIC, (follow % (1000 + number, ada.position)).encode())
                for number in range(FOLLOWERS)
            ],
        )
    write_model.erase(ada.id)
    monkeypatch.setattr(erasing, "TOGETHER_MAX", 100)
    append_together = write_model.recorder.append_together
    gc.collect()
    of_others, at_hand = how_many(), list[int]()

    def counted(appends: Sequence[Append]) -> None:
        at_hand.append(how_many())
        append_together(appends)

    monkeypatch.setattr(write_model.recorder, "append_together", counted)
    assert Erasing(write_model).step() == 1
    assert len(ended(store)) == FOLLOWERS
    assert max(at_hand) - of_others <= 2 * erasing.TOGETHER_MAX


def test_what_cannot_be_ended_of_one_person_holds_no_other_up(
    ada: RegisteredPerson, bob: RegisteredPerson, write_model: Slackwater, store: Store,
    database_url: str, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    for one in (ada, bob):
        write_model.publish(author_id=one.id, text="to be gone")
        write_model.erase(one.id)
    with closing(Slackwater(database_url, patience=BRIEF)) as hurried:
        hurried.open()
        with psycopg.connect(database_url) as connection:
            connection.execute(
                "SELECT FROM slackwater_erasures WHERE number = %s FOR UPDATE", (ada.position,)
            )
            assert Erasing(hurried).step() == 1
            assert under_way(database_url) == [ada.position]
    assert ended(store) == [Deleted, Deleted]
    assert f"the erased person {ada.id} leaves behind is ended later" in caplog.text


def test_what_cannot_be_read_of_them_keeps_nothing_else_standing(
    ada: RegisteredPerson, write_model: Slackwater, store: Store, database_url: str,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    first = write_model.publish(author_id=ada.id, text="not to be read")
    write_model.publish(author_id=ada.id, text="can be read")
    write_model.erase(ada.id)
    erasing = Erasing(write_model)
    with spoiled(database_url, first.position, not_json):
        assert erasing.step() == erasing.step() == 0
        told = [one for one in caplog.messages if f"1 events of the erased person {ada.id}" in one]
        assert len(told) == 1
    assert ended(store) == [Deleted]
    assert erasing.step() == 1, "it can be read now"
    assert ended(store) == [Deleted, Deleted]


@pytest.mark.parametrize("released", [False, True])
def test_what_cannot_be_read_of_them_may_be_in_quarantine(
    ada: RegisteredPerson, write_model: Slackwater, database_url: str, released: bool
) -> None:
    post = write_model.publish(author_id=ada.id, text="not to be read")
    write_model.erase(ada.id)
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO slackwater_quarantine"
            " (position, originator_id, topic, reason, released) VALUES (%s, %s, 't', 'r', %s)",
            (post.position, post.id, 1 if released else None),
        )
    with spoiled(database_url, post.position, not_json):
        assert Erasing(write_model).step() == (0 if released else 1)
    assert under_way(database_url) == ([ada.position] if released else [])


def test_everything_ends_of_somebody_whose_key_was_lost(
    ada: RegisteredPerson, write_model: Slackwater, store: Store, database_url: str
) -> None:
    write_model.publish(author_id=ada.id, text="nobody can read it any more")
    with psycopg.connect(database_url) as connection:
        connection.execute("DELETE FROM slackwater_keys")
    write_model.erase(ada.id)
    assert Erasing(write_model).step() == 1
    assert ended(store) == [Deleted]


def test_an_erasure_may_be_asked_for_again_under_another_key(
    ada: RegisteredPerson, write_model: Slackwater
) -> None:
    erasures = [erase(person=ada.id, key=f"as good as any other {number}") for number in range(2)]
    first, again = [write_model.execute(one).position for one in erasures]
    assert first == again


def test_nobody_waits_until_all_commands_are_looked_through_for_those_of_one(
    write_model: Slackwater, database_url: str
) -> None:
    assert write_model.epoch
    given = {"numbers": [1], "persons": [uuid4()]}
    with psycopg.connect(database_url) as connection:
        connection.execute("DROP INDEX slackwater_commands_by_person")
    with closing(Slackwater(database_url)) as newer:
        newer.open()
    with psycopg.connect(database_url) as connection:
        connection.execute(query("plan_appends"))
        plan = connection.execute(SQL("EXPLAIN {}").format(query("erase_people")), given)
        assert "slackwater_commands_by_person" in str(plan.fetchall())
