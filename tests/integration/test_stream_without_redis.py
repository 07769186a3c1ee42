"""A stream while Redis is away: it goes on, and begins, from the store and its tables."""

import signal
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import pytest

from command_api.application import Slackwater
from projections.log.store import Store
from query_api.read_models import ANSWER_SECONDS_MAX
from tests.integration.feed_streams import Heard, Listening, listen
from tests.integration.own_valkey import OwnValkey
from tests.integration.pipeline import Pipeline
from tests.integration.relational import Relational
from tests.places import let_through
from tests.waiting import eventually

POSTS = 10


@dataclass
class Scene:
    """Ada follows Bob; Cyd has posted something. Projected in tables, and in Redis if it is up."""

    pipeline: Pipeline
    relational: Relational
    valkey: OwnValkey

    def __post_init__(self) -> None:
        write = self.pipeline.write_model
        self.ada, self.bob, self.cyd = (
            write.register(handle=handle, display_name=None).id for handle in ("ada", "bob", "cyd")
        )
        write.set_following(follower_id=self.ada, followee_id=self.bob, following=True)
        write.publish(author_id=self.cyd, text="of old")
        self._projector, self._tables = self.pipeline.projector(), self.relational.projector()
        self.carry()
        self.project()

    def carry(self) -> None:
        """To Redis."""
        self.pipeline.carry()
        self.pipeline.project(self._projector)

    def take_another_projector(self) -> None:
        """The first one listened at a server that is gone: as a worker it would try again."""
        self._projector._member.leave()
        self._projector.close()
        self._projector = self.pipeline.projector()

    def project(self) -> None:
        """In tables."""
        self.relational.project(self._tables)

    def posts(self, count: int) -> list[int]:
        """Bob posts so many times."""
        publish = self.pipeline.write_model.publish
        return [publish(author_id=self.bob, text=f"{n}").position for n in range(count)]

    def follow_cyd(self) -> int:
        """Ada does."""
        self.pipeline.write_model.set_following(
            follower_id=self.ada, followee_id=self.cyd, following=True
        )
        return self.pipeline.head()


@pytest.fixture
def scene(
    write_model: Slackwater, store: Store, relational: Relational, tmp_path: Path
) -> Generator[Scene]:
    valkey = OwnValkey(let_through(tmp_path))
    pipeline = Pipeline(write_model, store, valkey.redis)
    yield Scene(pipeline, relational, valkey)
    pipeline.close()
    valkey.stop()


def url_of(scene: Scene) -> str:
    return scene.valkey._valkey.url


async def hears(heard: Heard, positions: list[int]) -> None:
    """These and no others, in this order."""
    assert [one.position for one in await heard.some(len(positions))] == positions


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_an_open_stream_goes_on_without_redis_and_with_it_again_each_change_once(
    scene: Scene, database_url: str, how: signal.Signals
) -> None:
    async def question(listening: Listening) -> None:
        async with listening.open(scene.ada, scene.pipeline.head()) as heard:
            [first] = scene.posts(1)
            scene.carry()
            await hears(heard, [first])
            scene.valkey._child.send(how)
            began = time.monotonic()
            await hears(heard, scene.posts(POSTS))
            await hears(heard, scene.posts(POSTS))
            assert time.monotonic() - began < 3 * ANSWER_SECONDS_MAX, "one time-out is enough"
            followed = scene.follow_cyd()
            scene.project()
            told = await heard.next()
            assert (told.event, told.position) == ("followed", followed)
            assert [item["text"] for item in told.data["items"]] == ["of old"]
            if how == signal.SIGKILL:
                scene.valkey._child.wait()
                scene.valkey._start()
                scene.take_another_projector()
            else:
                scene.valkey._child.send(signal.SIGCONT)
            last = scene.posts(POSTS)
            scene.carry()
            breaker = listening.models.breaker
            await eventually(lambda: breaker.state == "closed", "Redis is asked again")
            await hears(heard, [*last, *scene.posts(POSTS)])

    listen(url_of(scene), database_url, question)


def test_a_stream_begins_without_redis_where_the_client_was(
    scene: Scene, database_url: str
) -> None:
    after = scene.pipeline.head()
    posts = scene.posts(2)
    followed = scene.follow_cyd()
    scene.project()
    scene.valkey._kill()

    async def question(listening: Listening) -> None:
        async with listening.open(scene.ada, after) as heard:
            told = await heard.some(3)
            assert [one.position for one in told] == [*posts, followed]
            assert told[0].data["author"]["handle"] == "bob"
            assert told[0].id.split(".")[1] == scene.pipeline.store.epoch()

    listen(url_of(scene), database_url, question)
    scene.valkey._start()
