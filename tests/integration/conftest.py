"""The pipeline of one test."""

from collections.abc import Generator

import pytest
from redis import Redis

from command_api.application import Slackwater
from projections.log.store import Store
from tests.integration.pipeline import Pipeline
from tests.integration.relational import Relational


@pytest.fixture
def pipeline(write_model: Slackwater, store: Store, redis: Redis) -> Pipeline:
    """An empty pipeline."""
    return Pipeline(write_model, store, redis)


@pytest.fixture
def relational(write_model: Slackwater, database_url: str) -> Generator[Relational]:
    """The relational projection of an empty store."""
    relational = Relational(write_model, database_url)
    yield relational
    relational.close()
