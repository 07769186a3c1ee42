"""One person's stream of changes, while the read models are behind the log."""

import asyncio

from tests.integration.feed_streams import Listening, listen
from tests.integration.pipeline import Pipeline
from tests.servers import Servers

A_MOMENT_SECONDS = 0.3


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

    async def question(listening: Listening) -> None:
        async with listening.open(ada.id, after) as heard:
            coming = asyncio.ensure_future(heard.next())
            done, _ = await asyncio.wait({coming}, timeout=A_MOMENT_SECONDS)
            assert not done, "the read models do not have the post yet"
            await asyncio.to_thread(pipeline.project, projector)
            told = await coming
        assert told.event == "followed"
        assert [item["text"] for item in told.data["items"]] == ["just before"]

    listen(servers.redis_url, database_url, question)
