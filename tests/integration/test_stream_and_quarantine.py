"""A stream tells what the caller's feed shows: what is in quarantine counts as if it were not."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from uuid import UUID

import pytest

from launcher.quarantine import retry_quarantine
from launcher.settings import Settings
from tests.convergence.poisons import unknown_topic
from tests.integration.feed_streams import Listening, listen
from tests.integration.pipeline import Pipeline
from tests.integration.relational import Relational
from tests.integration.spoiling import spoiled
from tests.servers import Servers

A_MOMENT_SECONDS = 1.2
"""Longer than a stream goes without a look at the quarantine and at the generations."""


@dataclass
class Scene:
    """Ada follows Bob; what he and she do is projected by who leaves out what cannot be read."""

    pipeline: Pipeline
    relational: Relational
    ask: Callable[..., None]

    def __post_init__(self) -> None:
        write = self.pipeline.write_model
        self.ada = write.register(handle="ada", display_name=None).id
        self.bob = write.register(handle="bob", display_name=None).id
        self.follow()
        self.begin = self.pipeline.head()
        self._projector = self.pipeline.projector("quarantine")
        self._tables = self.relational.projector(poison="quarantine")

    def follow(self, *, following: bool = True) -> int:
        self.pipeline.write_model.set_following(
            follower_id=self.ada, followee_id=self.bob, following=following
        )
        return self.pipeline.head()

    def post(self, text: str) -> tuple[UUID, int]:
        post = self.pipeline.write_model.publish(author_id=self.bob, text=text)
        return post.id, post.position

    def delete(self, post: UUID) -> None:
        self.pipeline.write_model.delete(caller_id=self.bob, post_id=post)

    def project(self, *spoiled_positions: int) -> None:
        """Everything, while these events cannot be read; the stream is left as it was."""
        with ExitStack() as spoils:
            for position in spoiled_positions:
                url = self.relational.database_url
                spoils.enter_context(spoiled(url, position, unknown_topic))
            self.pipeline.carry()
            self.pipeline.project(self._projector)
            self.relational.project(self._tables)
        self.pipeline.stream.trim_below(self.pipeline.head() + 1)  # it carries what was spoiled


@pytest.fixture
def scene(pipeline: Pipeline, relational: Relational, servers: Servers, database_url: str) -> Scene:
    def ask(question: Callable[[Listening], object]) -> None:
        listen(servers.redis_url, database_url, question)  # pyright: ignore[reportArgumentType]

    return Scene(pipeline, relational, ask)


@pytest.fixture
def settings(servers: Servers, database_url: str) -> Settings:
    return Settings.of(database_url=database_url, redis_url=servers.redis_url)


def test_an_event_that_feeds_left_out_is_not_told_although_it_can_be_read_by_now(
    scene: Scene,
) -> None:
    gone, poison = scene.post("left out")
    scene.delete(gone)
    _, last = scene.post("last")
    scene.project(poison)

    async def question(listening: Listening) -> None:
        async with listening.open(scene.ada, scene.begin) as heard:
            told = await heard.next()
            assert (told.event, told.position) == ("added", last)

    scene.ask(question)


def test_a_follow_that_stands_because_its_end_is_left_out_is_not_told_again(scene: Scene) -> None:
    end = scene.follow(following=False)
    _, between = scene.post("he is still followed")
    scene.follow()
    _, last = scene.post("last")
    scene.project(end)

    async def question(listening: Listening) -> None:
        for after in (scene.begin, end, between):
            async with listening.open(scene.ada, after) as heard:
                wanted = [post for post in (between, last) if post > after]
                told = await heard.some(len(wanted))
                assert [(one.event, one.position) for one in told] == [
                    ("added", post) for post in wanted
                ]

    scene.ask(question)


def test_a_stream_waits_in_front_of_what_nobody_can_read_until_it_is_left_out(
    scene: Scene, database_url: str
) -> None:
    scene.project()
    _, poison = scene.post("unreadable")
    _, last = scene.post("last")

    async def question(listening: Listening) -> None:
        async with listening.open(scene.ada, scene.begin) as heard:
            with spoiled(database_url, poison, unknown_topic):
                await asyncio.to_thread(scene.pipeline.carry)
                coming = asyncio.ensure_future(heard.next())
                done, _ = await asyncio.wait({coming}, timeout=A_MOMENT_SECONDS)
                assert not done, "it neither goes past it nor ends"
                await asyncio.to_thread(scene.project)
                assert (await coming).position == last

    scene.ask(question)


def test_what_a_retry_brings_back_is_told_in_its_place_and_who_went_past_it_reads_anew(
    scene: Scene, settings: Settings
) -> None:
    _, back = scene.post("comes back")
    _, seen = scene.post("seen")
    scene.project(back)

    async def question(listening: Listening) -> None:
        async with listening.open(scene.ada, scene.begin) as open_all_the_while:
            assert (await open_all_the_while.next()).position == seen
            assert await asyncio.to_thread(retry_quarantine, settings, is_confirmed=True) == 0
            told = await open_all_the_while.next()
            assert (told.event, told.data) == ("rebuilt", {"as_of": seen})
            assert told.id == str(await listening.place(seen, release=1))
        async with listening.open(scene.ada, scene.begin) as from_before:
            assert [one.position for one in await from_before.some(2)] == [back, seen]
        async with listening.open(scene.ada, seen, release=0) as away_meanwhile:
            assert (await away_meanwhile.next()).event == "rebuilt"
        async with listening.open(scene.ada, scene.begin, release=0) as not_so_far_yet:
            assert [one.position for one in await not_so_far_yet.some(2)] == [back, seen]

    scene.ask(question)
