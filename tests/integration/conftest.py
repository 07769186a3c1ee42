"""The pipeline of one test."""

import pytest
from redis import Redis

from command_api.application import Slackwater
from projections.log.store import Store
from tests.integration.pipeline import Pipeline


@pytest.fixture
def pipeline(write_model: Slackwater, store: Store, redis: Redis) -> Pipeline:
    """An empty pipeline."""
    return Pipeline(write_model, store, redis)
