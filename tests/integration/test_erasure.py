"""Somebody is erased: nobody reads them again anywhere, and everything still equals history."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from redis import Redis

from command_api.application import Slackwater
from command_api.commands import publish
from command_api.erasing import Erasing
from command_api.errors import HandleTaken, PersonNotFound
from command_api.event_store.backup.taking import take
from domain.errors import NotSealed
from domain.events import Deleted, Erased, Registered, Unfollowed
from projections.catalogue import NAMES
from projections.log.store import Store
from projections.progress import Silence
from projections.relational.keys import RELATIONAL
from projections.verify.inspection import Sample
from projections.verify.verification import Verification
from query_api.errors import NotFound
from query_api.postgres_source import PostgresSource
from query_api.read_models import ReadModels
from query_api.redis_source import RedisSource
from tests.integration.command_api import (
    as_person,
    command_api,
    register,
)
from tests.integration.conftest import Ask
from tests.integration.kept_stores import nobody
from tests.integration.pipeline import Pipeline
from tests.integration.relational import Relational
from tests.integration.searching import copies_of, places_of
from tests.waiting import until

EVERYTHING = (*NAMES, RELATIONAL)
KEY = "as-good-as-any-other-key"
SAID = ("To_be_forgotten", "Näme to be forgotten", "a text to be forgotten", "another, later")


class Scene:
    """Ada, who is to be erased, and Bob; each follows the other, both have written."""

    def __init__(self, http: httpx.Client, pipeline: Pipeline, relational: Relational) -> None:
        self.http, self.pipeline, self.relational = http, pipeline, relational
        self.projector, self.tables = pipeline.projector(), relational.projector()
        handle, name, first, second = SAID
        answer = http.post("/users/", json={"handle": handle, "display_name": name})
        self.ada, self.bob = UUID(answer.json()["id"]), UUID(register(http, "bob"))
        for who, whom in ((self.ada, self.bob), (self.bob, self.ada)):
            http.post(f"/users/{whom}/follow", headers=as_person(who)).raise_for_status()
        for who, text, key in ((self.ada, first, None), (self.bob, "stays", None),
                               (self.ada, second, KEY)):  # fmt: skip
            sent = http.post("/posts/", json={"text": text}, headers=as_person(who, key))
            sent.raise_for_status()
        with psycopg.connect(relational.database_url) as connection:
            row = connection.execute(
                "SELECT key, number FROM slackwater_keys WHERE person = %s", (self.ada,)
            ).fetchone()
        assert row is not None
        self.key, self.number = row

    def erase(self) -> httpx.Response:
        return self.http.delete(f"/users/{self.ada}", headers=as_person(self.ada))

    def settle(self) -> None:
        """Every read model is at the head."""
        self.pipeline.carry()
        self.pipeline.project(self.projector)
        self.relational.project(self.tables)

    def ends(self) -> list[type[Any]]:
        """What happened since the erasure."""
        kinds = [type(body) for body in self.relational.log()]
        return kinds[kinds.index(Erased) + 1 :] if Erased in kinds else []


@pytest.fixture
def scene(
    database_url: str, tmp_path: Path, pipeline: Pipeline, relational: Relational
) -> Generator[Scene]:
    with command_api(database_url, tmp_path / "journal" / "commands.sqlite") as http:
        yield Scene(http, pipeline, relational)


def differences(database_url: str, redis: Redis) -> list[str]:
    with Verification(database_url, redis) as verification:
        report = verification.run(EVERYTHING, Sample(), Silence())
    assert report.checked > 0
    assert not report.chain.broken
    return [str(one) for findings in report.findings for one in findings.differences]


def test_nothing_of_them_is_found_anywhere_and_everything_equals_history(
    scene: Scene, database_url: str, redis: Redis, tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level("DEBUG")
    needles = [text.encode() for text in SAID] + [scene.key]
    scene.settle()
    assert differences(database_url, redis) == []
    before = places_of(copies_of(database_url, redis), needles)
    assert "public.slackwater_keys" in before, "it is looked for"
    assert any(place.startswith("redis ") for place in before), "there, too"
    assert "redis b'slackwater:stream'" not in before, "no XDEL would take it out of memory"
    assert scene.erase().status_code == 204
    until(lambda: scene.ends() == [Unfollowed, Unfollowed, Deleted, Deleted], "all of theirs ends")
    scene.settle()
    assert differences(database_url, redis) == []
    scene.pipeline.carry()
    take(database_url, tmp_path / "backup", nobody)
    assert places_of(copies_of(database_url, redis, tmp_path), needles) == set()
    assert not any(text in caplog.text for text in SAID)


@pytest.mark.parametrize("source", [RedisSource, PostgresSource])
def test_readers_find_neither_them_nor_their_posts_and_everybody_else(
    scene: Scene, ask: Ask[Any], source: type[RedisSource] | type[PostgresSource]
) -> None:
    scene.settle()

    async def shown(models: ReadModels) -> tuple[list[str], list[UUID]]:
        await models.watch.look()
        read = source(models)
        feed = await read.home_feed(scene.bob, below=0, limit=9)
        followers = await read.followers(scene.bob, below=0, limit=9)
        return [one.text for one in feed.body.items], [one.id for one in followers.body.items]

    async def gone(models: ReadModels) -> None:
        await models.watch.look()
        read = source(models)
        with pytest.raises(NotFound):
            await read.profile(scene.ada)

    assert ask(shown) == (["another, later", "stays", "a text to be forgotten"], [scene.ada])
    scene.erase().raise_for_status()
    until(lambda: len(scene.ends()) == 4, "all of theirs ends")
    scene.settle()
    assert ask(shown) == (["stays"], [])
    ask(gone)


def test_from_that_moment_on_nobody_acts_as_them_or_towards_them(
    scene: Scene, database_url: str, store: Store
) -> None:
    with closing(Slackwater(database_url)) as other:
        other.open()
        other.publish(author_id=scene.ada, text="another process knows them")
        other.set_following(follower_id=scene.bob, followee_id=scene.ada, following=False)
        scene.erase().raise_for_status()
        with pytest.raises(PersonNotFound):
            other.publish(author_id=scene.ada, text="too late")
        with pytest.raises(PersonNotFound):
            other.set_following(follower_id=scene.bob, followee_id=scene.ada, following=True)
        with pytest.raises(PersonNotFound):
            other.execute(publish(person=scene.ada, text="too late", key=KEY))
    assert scene.http.post(
        "/posts/", json={"text": "too late"}, headers=as_person(scene.ada)
    ).status_code == 404  # fmt: skip
    until(lambda: scene.ends().count(Deleted) == 3, "all of theirs ends")
    assert [
        body for body in scene.relational.log() if getattr(body, "text", "") == "too late"
    ] == []


def test_again_it_changes_nothing_and_says_the_same(scene: Scene) -> None:
    first, again = scene.erase(), scene.erase()
    assert (first.status_code, again.status_code) == (204, 204)
    assert first.headers["Feed-Token"] == again.headers["Feed-Token"]
    assert [type(body) for body in scene.relational.log()].count(Erased) == 1


def test_only_they_themselves_are_let_do_it(scene: Scene) -> None:
    answer = scene.http.delete(f"/users/{scene.ada}", headers=as_person(scene.bob))
    assert answer.status_code == 403
    assert Erased not in [type(body) for body in scene.relational.log()]


def test_their_handle_is_given_to_nobody_else(scene: Scene) -> None:
    scene.erase().raise_for_status()
    with pytest.raises(HandleTaken):
        scene.pipeline.write_model.register(handle=SAID[0].lower(), display_name=None)


def test_what_a_process_left_half_done_another_one_ends(
    write_model: Slackwater, database_url: str
) -> None:
    ada = write_model.register(handle="ada", display_name=None)
    for number in range(3):
        write_model.publish(author_id=ada.id, text=f"{number}")
    write_model.erase(ada.id)
    with closing(Slackwater(database_url)) as other:
        other.open()
        assert Erasing(other).step(seconds=3600) == 0, "it is left to who began it"
        assert Erasing(other).step() == 1
        assert Erasing(other).step() == 0
    with closing(Store(database_url, application="tests")) as store:
        kinds = [type(entry.body) for entry in store.read_after(0, 99)]
    assert kinds[-4:] == [Erased, Deleted, Deleted, Deleted]


def test_who_is_behind_finds_no_fault_and_ends_where_everybody_does(
    scene: Scene, database_url: str, redis: Redis
) -> None:
    """The key is destroyed before any read model has heard of it."""
    scene.settle()
    scene.erase().raise_for_status()
    until(lambda: len(scene.ends()) == 4, "all of theirs ends")
    assert differences(database_url, redis) == []
    redis.flushall()  # all of it is built anew, from registrations to which there is no key
    late = scene.pipeline.projector()
    scene.pipeline.carry(scene.pipeline.relay())
    scene.pipeline.project(late)
    scene.relational.project(scene.tables)
    assert differences(database_url, redis) == []


def test_who_registered_before_anything_was_sealed_cannot_be_erased_and_is_told_why(
    write_model: Slackwater, database_url: str
) -> None:
    ada = write_model.register(handle="ada", display_name=None)
    plain = b'{"at":"2026-01-01T00:00:00Z","v":1,"handle":"old","display_name":"old"}'
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO slackwater_events (originator_id, originator_version, topic, state) "
            "VALUES (%s, 1, %s, %s)",
            (UUID(int=5), Registered.TOPIC, plain),
        )
    with pytest.raises(NotSealed, match="before names and texts were sealed"):
        write_model.erase(UUID(int=5))
    assert write_model.publish(author_id=UUID(int=5), text="in the open").body.text
    assert write_model.erase(ada.id).position
