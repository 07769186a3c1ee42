"""Redis and Postgres give the same answers, and each goes on with the other's cursors."""

import random

import pytest

from query_api.postgres_source import PostgresSource
from query_api.read_models import ReadModels
from query_api.redis_source import RedisSource
from tests.examples import examples
from tests.integration.conftest import Ask
from tests.integration.pipeline import Pipeline
from tests.integration.relational import Relational
from tests.integration.two_sources import (
    Lived,
    compare_pages,
    live,
    outcome,
    paged_reads,
    single_reads,
)

WINDOW = 5
LIMITS = (1, 2, 3, WINDOW, 7, 100)


@pytest.fixture(params=range(examples(6)))
def lived(pipeline: Pipeline, relational: Relational, request: pytest.FixtureRequest) -> Lived:
    """A random history, of which both stores know all."""
    rng = random.Random(request.param)
    pipeline.window, pipeline.shards = WINDOW, rng.randint(1, 3)
    lived = live(pipeline.write_model, rng, people=rng.randint(3, 9), deeds=rng.randint(20, 160))
    pipeline.carry()
    pipeline.project(pipeline.projector())
    relational.project(relational.projector())
    return lived


def test_every_page_of_everything_is_the_same_from_either(lived: Lived, ask: Ask[None]) -> None:
    async def compare(models: ReadModels) -> None:
        await models.watch.look()
        longest = 0
        for read in paged_reads(lived):
            compared = [await compare_pages(models, read, limit) for limit in LIMITS]
            longest = max(longest, *compared)
        assert longest > 1, "nobody has more than one page of anything"

    ask(compare)


def test_every_profile_and_post_is_the_same_from_either(lived: Lived, ask: Ask[None]) -> None:
    async def compare(models: ReadModels) -> None:
        await models.watch.look()
        redis, postgres = RedisSource(models), PostgresSource(models)
        for read in single_reads(lived):
            assert await outcome(read(postgres)) == await outcome(read(redis))

    ask(compare)
