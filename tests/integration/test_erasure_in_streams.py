"""A stream of changes that goes back to before somebody was erased is told to its end."""

from command_api.erasing import Erasing
from tests.integration.feed_streams import Listening, listen
from tests.integration.pipeline import Pipeline
from tests.servers import Servers


def test_who_reads_on_is_told_all_that_can_be_told_and_to_read_the_rest_anew(
    pipeline: Pipeline, servers: Servers, database_url: str
) -> None:
    write = pipeline.write_model
    ada = write.register(handle="ada", display_name=None)
    bob = write.register(handle="bob", display_name=None)
    after = pipeline.head()
    write.set_following(follower_id=ada.id, followee_id=bob.id, following=True)
    lost = write.publish(author_id=bob.id, text="nobody reads this any more")
    write.erase(bob.id)
    Erasing(write).step()
    own = write.publish(author_id=ada.id, text="afterwards")
    pipeline.carry()
    pipeline.project(pipeline.projector())

    async def question(listening: Listening) -> None:
        async with listening.open(ada.id, after) as heard:
            told = [await heard.next()]
            while told[-1].event != "added":
                told.append(await heard.next())
        # The follow ends before the post is deleted, so that by then it is not in the feed.
        assert [one.event for one in told] == ["rebuilt", "added"]
        assert told[-1].data["id"] == str(own.id)
        assert told[-1].data["text"] == "afterwards"
        assert all(str(lost.id) not in str(one.data) for one in told)

    listen(servers.redis_url, database_url, question)
