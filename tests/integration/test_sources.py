"""Which store answers, while they stand at different positions or one of them is gone."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from projections.home_feed.keys import HOME_FEED
from query_api.bodies import PostPage
from query_api.errors import NoStoreAnswers
from query_api.read_models import ReadModels
from query_api.source import Answered
from query_api.sources import Sources
from tests.integration.conftest import Ask
from tests.integration.pipeline import Pipeline
from tests.integration.relational import Relational

Test = Callable[["Reads"], Awaitable[None]]


class World:
    """One person, whose posts go to either store when they are told to."""

    def __init__(self, pipeline: Pipeline, relational: Relational) -> None:
        self.pipeline = pipeline
        self._relational = relational
        self._tables = relational.projector()
        self._projector = pipeline.projector()
        self.ada: UUID = pipeline.write_model.register(handle="ada", display_name=None).id

    def post(self) -> int:
        return self.pipeline.write_model.publish(author_id=self.ada, text="x").position

    def into_redis(self) -> None:
        self.pipeline.carry()
        self.pipeline.project(self._projector)

    def into_postgres(self) -> None:
        self._relational.project(self._tables)

    def empty_redis(self) -> None:
        self.pipeline.redis.flushall()

    def spoil_the_feed(self) -> None:
        """Ada's feed is of another type than it should be."""
        [generation] = self.pipeline.generations.active([HOME_FEED])
        for shard in generation.all_shards():
            for key in self.pipeline.redis.keys(f"{shard.tag}f:*"):
                self.pipeline.redis.set(key, "rubbish")


class Reads:
    """One query side."""

    def __init__(self, world: World, models: ReadModels) -> None:
        self.sources = Sources(models)
        self.models = models
        self._world = world

    async def feed(self, below: int = 0) -> Answered[PostPage]:
        await self.models.watch.look()
        return await self.sources.answer(
            lambda source: source.home_feed(self._world.ada, below=below, limit=9)
        )

    async def as_of(self) -> tuple[str, int]:
        answered = await self.feed()
        return answered.fresh.source, answered.fresh.as_of


@pytest.fixture
def world(pipeline: Pipeline, relational: Relational) -> World:
    return World(pipeline, relational)


@pytest.fixture
def read(world: World, ask: Ask[Any]) -> Callable[[Test], None]:
    return lambda test: ask(lambda models: test(Reads(world, models)))


def test_postgres_comes_up_to_what_redis_has_shown_before_it_answers(
    world: World, read: Callable[[Test], None]
) -> None:
    async def test(reads: Reads) -> None:
        world.into_postgres()
        shown = world.post()
        world.into_redis()
        assert await reads.as_of() == ("redis", shown)
        world.empty_redis()
        waiting = asyncio.create_task(reads.as_of())
        done, _ = await asyncio.wait([waiting], timeout=0.5)
        assert not done, "it would lead the reader back"
        await asyncio.to_thread(world.into_postgres)
        assert await waiting == ("postgres", shown)

    read(test)


def test_tables_that_do_not_come_up_show_what_they_have_and_only_one_waits_for_them(
    world: World, read: Callable[[Test], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("query_api.sources.COME_UP_SECONDS_MAX", 0.3)

    async def test(reads: Reads) -> None:
        known = world.post()
        world.into_postgres()
        world.post()
        world.into_redis()
        await reads.as_of()
        world.empty_redis()
        started = time.monotonic()
        answers = await asyncio.gather(*(reads.feed() for _ in range(5)))
        assert 0.3 < time.monotonic() - started < 2.0
        assert {a.fresh.as_of for a in answers} == {known}
        assert {a.fresh.lag.events for a in answers} == {1}, "and says that it is behind"

    read(test)


def test_what_postgres_has_shown_it_goes_on_showing_until_redis_has_come_up_to_it(
    world: World, read: Callable[[Test], None]
) -> None:
    async def test(reads: Reads) -> None:
        world.into_redis()
        world.into_postgres()
        reads.models.breaker.state = "open"
        shown = world.post()
        world.into_postgres()
        assert await reads.as_of() == ("postgres", shown)
        reads.models.breaker.state = "closed"
        later = world.post()
        world.into_postgres()
        assert await reads.as_of() == ("postgres", shown), "not the newest: Redis has to reach it"
        world.into_redis()
        assert await reads.as_of() == ("redis", later)

    read(test)


def test_an_older_answer_from_redis_is_better_than_none(
    world: World, read: Callable[[Test], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test(reads: Reads) -> None:
        world.into_redis()
        older = world.pipeline.head()
        reads.models.breaker.state = "open"
        world.post()
        world.into_postgres()
        await reads.as_of()
        reads.models.breaker.state = "closed"
        monkeypatch.setattr(reads.models.relational.snapshots, "_away_until", float("inf"))
        assert await reads.as_of() == ("redis", older)

    read(test)


def test_a_feed_of_another_type_is_read_from_postgres_and_redis_goes_on_being_asked(
    world: World, read: Callable[[Test], None]
) -> None:
    async def test(reads: Reads) -> None:
        newest = world.post()
        world.into_redis()
        world.into_postgres()
        world.spoil_the_feed()
        assert await reads.as_of() == ("postgres", newest)
        assert reads.models.breaker.state == "closed"

    read(test)


def test_a_cursor_above_what_the_tables_have_is_refused_for_now(
    world: World, read: Callable[[Test], None]
) -> None:
    async def test(reads: Reads) -> None:
        oldest = world.post()
        world.into_postgres()
        missing, cursor = world.post(), world.post()
        with pytest.raises(NoStoreAnswers, match="try again shortly"):
            await reads.feed(below=cursor)
        world.into_postgres()
        page = await reads.feed(below=cursor)
        assert [item.position for item in page.body.items] == [missing, oldest]

    read(test)
