"""The read side while the store is replaced: nothing of one history in an answer of the other."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from projections.errors import ProjectionUnavailable
from projections.profiles.keys import StoredProfile
from query_api.items import author, hydrate_posts
from query_api.read_models import ReadModels
from tests.integration.pipeline import Pipeline
from tests.integration.restored_store import register, settle
from tests.servers import Servers


def asked(
    servers: Servers, database_url: str, question: Callable[[ReadModels], Awaitable[None]]
) -> None:
    async def run() -> None:
        models = ReadModels(servers.redis_url, database_url)
        try:
            await models.watch.look()
            await question(models)
        finally:
            await models.close()

    asyncio.run(run())


def handle_of(profile: StoredProfile) -> str:
    found = author(profile)
    assert found is not None
    return found.handle


def test_whoever_reads_first_sees_the_new_history_and_forgets_the_old_one(
    pipeline: Pipeline, restored: Pipeline, servers: Servers, database_url: str
) -> None:
    """Although the watch has not looked since, and no pointer has run out."""

    async def question(models: ReadModels) -> None:
        lost = await models.people.get([6])
        assert handle_of(lost[6]) == "lost_1"
        before, head = models.watch.epoch, models.watch.head.position
        assert head == 8
        register(pipeline, "since_1")
        settle(pipeline)
        counts = await models.profiles.counts(6)
        assert counts.position == 6
        assert models.watch.epoch == pipeline.store.epoch() != before
        assert models.watch.head.position == 0
        assert handle_of((await models.people.get([6]))[6]) == "since_1"

    asked(servers, database_url, question)


def test_a_person_goes_by_the_number_of_the_new_history(
    pipeline: Pipeline, restored: Pipeline, servers: Servers, database_url: str
) -> None:
    async def question(models: ReadModels) -> None:
        [person] = [body.id for body in (await models.people.get([8])).values()]
        assert (await models.find_person(person))[0] == 8
        settle(pipeline)
        await models.watch.look_at_stream()
        assert await models.find_person(person) == (None, 4)

    asked(servers, database_url, question)


def test_between_the_change_and_the_refilling_nothing_is_there(
    pipeline: Pipeline, restored: Pipeline, servers: Servers, database_url: str
) -> None:
    async def question(models: ReadModels) -> None:
        assert (await models.home_feed.feed(6, below=0, limit=9)).position == 8
        carried = pipeline.stream.epoch()
        assert pipeline.read_models.begin_history(carried, "new", 0)
        with pytest.raises(ProjectionUnavailable):
            await models.home_feed.feed(6, below=0, limit=9)
        assert models.watch.epoch == "new"
        with pytest.raises(ProjectionUnavailable):
            await hydrate_posts(models, [6], 8)

    asked(servers, database_url, question)
