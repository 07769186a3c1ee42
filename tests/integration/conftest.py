"""The pipeline of one test."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Generator
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import httpx
import pytest
from redis import Redis

from command_api.application import Slackwater
from projections.generations import Generations
from projections.greatness import Greatness
from projections.log.store import Store
from projections.verify.findings import Findings
from projections.verify.identities import Identities
from projections.verify.inspection import Inspection, Sample
from projections.verify.truth import Truth
from query_api.read_models import ReadModels
from tests.conftest import Servers
from tests.integration.command_api import command_api
from tests.integration.cutting_proxy import CuttingProxy
from tests.integration.pipeline import Pipeline
from tests.integration.relational import Relational
from tests.integration.restored_store import four_of_eight

Answer = TypeVar("Answer")
Ask = Callable[[Callable[[ReadModels], Awaitable[Answer]]], Answer]
"""Asks the read side a question."""


@pytest.fixture
def pipeline(write_model: Slackwater, store: Store, redis: Redis) -> Generator[Pipeline]:
    """An empty pipeline."""
    with closing(Pipeline(write_model, store, redis)) as pipeline:
        yield pipeline


@pytest.fixture
def restored(pipeline: Pipeline, database_url: str, tmp_path: Path) -> Pipeline:
    """Eight events are in Redis; the store was put back to the first four."""
    backup = four_of_eight(pipeline, database_url, tmp_path)
    backup.put_back(cut=True)
    return pipeline


@pytest.fixture
def lived_in(write_model: Slackwater, store: Store, redis: Redis) -> Generator[Pipeline]:
    """Follows, unfollows, deletions, trimmed windows and great authors, all of it projected."""
    pipeline = Pipeline(write_model, store, redis, shards=2, window=4, great=Greatness(2, 1))
    rng = random.Random(11)
    people = [write_model.register(handle=f"person_{n}", display_name=None).id for n in range(8)]
    posts: list[tuple[UUID, UUID]] = []
    for _ in range(150):
        who, whom = rng.sample(people, 2)
        match rng.randrange(10):
            case 0 | 1 | 2:
                write_model.set_following(follower_id=who, followee_id=whom, following=True)
            case 3:
                write_model.set_following(follower_id=who, followee_id=whom, following=False)
            case 4 if posts:
                author, post = posts.pop(rng.randrange(len(posts)))
                write_model.delete(caller_id=author, post_id=post)
            case _:
                posts.append((who, write_model.publish(author_id=who, text=f"{who}").id))
    pipeline.carry()
    projector = pipeline.projector()
    pipeline.project(projector)
    projector._member.leave()  # the next one has all shards at once
    yield pipeline
    pipeline.close()


@pytest.fixture
def relational(write_model: Slackwater, database_url: str) -> Generator[Relational]:
    """The relational projection of an empty store."""
    relational = Relational(write_model, database_url)
    yield relational
    relational.close()


@pytest.fixture
def verify(lived_in: Pipeline, database_url: str) -> Callable[..., Findings]:
    def verify(name: str, *, repair: bool = False, rate: float = 1.0) -> Findings:
        [generation] = Generations(lived_in.redis).active([name])
        truth = Truth(database_url)
        identities = Identities(database_url, truth)
        try:
            return Inspection(lived_in.redis, generation, truth, identities, repair=repair).inspect(
                Sample(rate)
            )
        finally:
            identities.close()

    return verify


@pytest.fixture
def ask(servers: Servers, database_url: str, redis: Redis) -> Ask[Any]:
    """Asks a fresh query side, with empty caches."""

    async def answer(question: Callable[[ReadModels], Awaitable[Any]]) -> Any:
        models = ReadModels(servers.redis_url, database_url)
        try:
            return await question(models)
        finally:
            await models.close()

    return lambda question: asyncio.run(answer(question))


@pytest.fixture
def proxy(database_url: str) -> Generator[CuttingProxy]:
    """A way to the store that can be cut."""
    with closing(CuttingProxy(database_url)) as proxy:
        yield proxy


@pytest.fixture
def journal_file(tmp_path: Path) -> Path:
    """Where the journal of `api` is."""
    return tmp_path / "journal.sqlite"


@pytest.fixture
def api(
    write_model: Slackwater, proxy: CuttingProxy, journal_file: Path
) -> Generator[httpx.Client]:
    """A command API whose way to the store can be cut; `write_model` has a way of its own."""
    assert write_model.epoch
    with command_api(proxy.url, journal_file) as api:
        yield api
