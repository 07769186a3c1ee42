"""Real servers for the tests: one embedded Postgres and one embedded Valkey for each worker.

Every test gets an event store of its own and an empty Valkey.
"""

from collections.abc import Generator
from contextlib import closing
from typing import Any

import pytest
from redis import Redis

from command_api.application import Slackwater
from projections.log.store import Store
from projections.worker import connect_redis
from tests.examples import be_brief_unless_told_otherwise
from tests.places import let_through
from tests.scheduling import SharedFixturesStayTogether
from tests.servers import NOTHING_SURVIVES_POWER, Databases, Servers, embedded_servers

be_brief_unless_told_otherwise()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> SharedFixturesStayTogether:
    """Gives the tests to the workers."""
    return SharedFixturesStayTogether(config, log)


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Generator[Servers]:
    """Embedded servers, up for the whole run."""
    place = let_through(tmp_path_factory.mktemp("servers"))
    with embedded_servers(place, *NOTHING_SURVIVES_POWER) as servers:
        yield servers


@pytest.fixture(scope="session")
def databases(servers: Servers) -> Generator[Databases]:
    """Databases on the embedded Postgres."""
    with closing(Databases(servers.postgres_url)) as databases:
        yield databases


@pytest.fixture
def database_url(databases: Databases) -> Generator[str]:
    """An empty database."""
    with databases.empty() as url:
        yield url


@pytest.fixture
def write_model(database_url: str) -> Generator[Slackwater]:
    """The write model on an empty event store."""
    write_model = Slackwater(database_url)
    write_model.open()
    yield write_model
    write_model.close()


@pytest.fixture
def store(write_model: Slackwater, database_url: str) -> Generator[Store]:
    """The event store of `write_model`, as a reader sees it."""
    assert write_model.epoch
    store = Store(database_url, application="slackwater tests")
    yield store
    store.close()


@pytest.fixture
def redis(servers: Servers) -> Generator[Redis]:
    """A client of an empty Valkey."""
    client = connect_redis(servers.redis_url)
    client.flushall()
    yield client
    client.close()
