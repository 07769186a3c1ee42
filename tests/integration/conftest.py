"""The pipeline of one test."""

import asyncio
from collections.abc import Awaitable, Callable, Generator
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from redis import Redis

from command_api.application import Slackwater
from projections.generations import Generations
from projections.log.store import Store
from projections.verify.findings import Findings
from projections.verify.identities import Identities
from projections.verify.inspection import Inspection, Sample
from projections.verify.truth import Truth
from projections.worker import connect_redis
from query_api.read_models import ReadModels
from tests.integration.command_api import command_api
from tests.integration.cutting_proxy import CuttingProxy
from tests.integration.kept_stores import fill_with_odd_things
from tests.integration.lived import Lived, live, pipeline_on
from tests.integration.pipeline import Pipeline
from tests.integration.relational import Relational
from tests.integration.restored_store import four_of_eight
from tests.servers import Databases, Servers

Answer = TypeVar("Answer")
Ask = Callable[[Callable[[ReadModels], Awaitable[Answer]]], Answer]
"""Asks the read side a question."""


@pytest.fixture(autouse=True)
def brief_hand_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rebuild in this process waits hardly for projectors to notice a new generation.

    They are stepped by hand, or find out in a heartbeat of their own: it only lessens their lag.
    """
    monkeypatch.setattr("projections.rebuild.switching.HANDOVER_SECONDS", 0.1)


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


@pytest.fixture(scope="session")
def lived(databases: Databases, servers: Servers) -> Generator[Lived]:
    """What `lived_in` begins with, made once."""
    with databases.empty() as url, closing(connect_redis(servers.redis_url)) as redis:
        redis.flushall()
        keys = live(url, redis)
        redis.flushall()
        yield Lived(url, keys)


@pytest.fixture
def database_url(databases: Databases, request: pytest.FixtureRequest) -> Generator[str]:
    """An empty database; for a test with `lived_in` one with that history."""
    if "lived_in" not in request.fixturenames:
        with databases.empty() as url:
            yield url
        return
    lived: Lived = request.getfixturevalue("lived")
    with databases.copy_of(lived.database_url) as url:
        yield url


@pytest.fixture
def lived_in(
    lived: Lived, write_model: Slackwater, store: Store, redis: Redis
) -> Generator[Pipeline]:
    """Follows, unfollows, deletions, trimmed windows and great authors, all of it projected."""
    lived.put_into(redis)
    with pipeline_on(write_model, store, redis) as pipeline:
        yield pipeline


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


@pytest.fixture
def kept(write_model: Slackwater, database_url: str) -> Slackwater:
    """A store with something odd in every table that is kept."""
    fill_with_odd_things(write_model, database_url)
    return write_model


@pytest.fixture
def empty_store(databases: Databases) -> Generator[str]:
    """Another database with the store's tables and nothing in them."""
    with databases.empty() as url:
        with closing(Slackwater(url)) as write_model:
            write_model.open()
        yield url
