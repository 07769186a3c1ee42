"""One person's stream of changes, while the read models are behind the log."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator

from projections.log.follower import LogFollower
from query_api.feed_stream.session import Session
from query_api.read_models import ReadModels
from tests.integration.pipeline import Pipeline
from tests.servers import Servers

A_MOMENT_SECONDS = 0.3
SECONDS_MAX = 20.0


def test_a_follow_brings_the_post_of_just_before_although_read_models_are_behind(
    pipeline: Pipeline, servers: Servers, database_url: str
) -> None:
    ada = pipeline.write_model.register(handle="ada", display_name=None)
    bob = pipeline.write_model.register(handle="bob", display_name=None)
    pipeline.carry()
    projector = pipeline.projector()
    pipeline.project(projector)
    after = pipeline.head()
    pipeline.write_model.publish(author_id=bob.id, text="just before")
    pipeline.write_model.set_following(follower_id=ada.id, followee_id=bob.id, following=True)
    pipeline.carry()

    async def told() -> bytes:
        models = ReadModels(servers.redis_url, database_url)
        await models.watch.look()
        log = LogFollower(models.redis, database_url, models.watch)
        following = asyncio.create_task(log.run())
        expires_at = time.time() + SECONDS_MAX
        events: AsyncGenerator[bytes] = Session(
            models, log, ada.position, after, expires_at
        ).events()
        await anext(events)
        coming = asyncio.ensure_future(anext(events))
        done, _ = await asyncio.wait({coming}, timeout=A_MOMENT_SECONDS)
        assert not done, "the read models do not have the post yet"
        await asyncio.to_thread(pipeline.project, projector)
        found = await asyncio.wait_for(coming, SECONDS_MAX)
        await events.aclose()
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await models.close()
        return found

    lines = asyncio.run(told()).decode().splitlines()
    assert "event: followed" in lines
    [data] = [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]
    assert [item["text"] for item in json.loads(data)["items"]] == ["just before"]
