"""The lag that the read side shows: of every shard that there is, and of no other."""

import asyncio
from contextlib import closing

from prometheus_client import REGISTRY

from projections.home_feed.keys import HOME_FEED
from projections.log.store import Store
from projections.progress import Silence
from projections.rebuild.rebuild import Rebuild, Servers
from query_api.lag_watch import LAG_EVENTS, LAG_SECONDS, LagWatch
from query_api.read_models import ReadModels
from tests.integration.conftest import Ask
from tests.integration.lived import SHARDS
from tests.integration.pipeline import Pipeline

LAG = ("slackwater_projection_lag_events", "slackwater_projection_lag_seconds")

GONE = "7"
"""A shard that a watch before this one showed: the figures are the process's."""


def shards_shown() -> list[int]:
    """As many as each figure has of home feeds."""
    return [
        sum(sample.labels["projection"] == HOME_FEED for sample in metric.samples)
        for metric in REGISTRY.collect()
        if metric.name in LAG
    ]


def test_after_a_rebuild_with_fewer_shards_the_others_are_not_shown_any_more(
    lived_in: Pipeline, database_url: str, ask: Ask[None]
) -> None:
    def rebuild_with_one_shard() -> None:
        with closing(Store(database_url, application="slackwater tests")) as store:
            servers = Servers(database_url, lived_in.redis)
            [active] = lived_in.generations.active([HOME_FEED])
            rebuild = Rebuild(servers, store, active, Silence())
            assert rebuild.run(shards=1, window=4, activate=True).switched

    async def look(models: ReadModels) -> None:
        for lag in (LAG_EVENTS, LAG_SECONDS):
            lag.labels(HOME_FEED, GONE).set(1)
        watch = LagWatch(models)
        await models.watch.look()
        await watch.measure()
        assert shards_shown() == [SHARDS, SHARDS]
        await asyncio.to_thread(rebuild_with_one_shard)
        await watch.measure()
        assert shards_shown() == [1, 1]

    ask(look)
