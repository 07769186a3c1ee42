# pyright: basic, reportMissingImports=false, reportArgumentType=false
"""Stream-Framework's own fan-out: one activity to many followers, all on one Redis.

Run by a Python 3.6 of its own, for which it was written: SOCKET FOLLOWERS ACTIVITIES LENGTH. Reads
lines; for each it fans so many activities out and prints how many deliveries a second that were.
"""

import datetime as dt
import sys
import time

import celery
import redis
from stream_framework.activity import Activity
from stream_framework.feed_managers.base import FanoutPriority, Manager
from stream_framework.feeds.redis import RedisFeed
from stream_framework.storage.redis import connection
from stream_framework.verbs.base import Add

AUTHOR = 1
socket, followers, activities, length = sys.argv[1], *map(int, sys.argv[2:])

# No broker: its tasks run here and now. They take objects, so they want pickle.
celery.current_app.conf.update(
    task_always_eager=True, task_serializer="pickle", accept_content=["pickle"]
)
connection.connection_pool = {
    "default": redis.ConnectionPool(
        connection_class=redis.UnixDomainSocketConnection, path=socket, decode_responses=True
    )
}


class HomeFeed(RedisFeed):
    """Everybody's."""

    key_format = "feed:home:%(user_id)s"
    max_length = length


class UserFeed(HomeFeed):
    """The author's own."""

    key_format = "feed:user:%(user_id)s"


class Posts(Manager):
    """One author, whom everybody follows."""

    feed_classes = {"normal": HomeFeed}  # noqa: RUF012 - as its documentation has it
    user_feed_class = UserFeed

    def get_user_follower_ids(self, user_id):  # noqa: ARG002
        """All of them at once."""
        return {FanoutPriority.HIGH: list(range(1_000_000, 1_000_000 + followers))}


manager, count = Posts(), 0
for _ in sys.stdin:
    begun = time.perf_counter()
    for _ in range(activities):
        count += 1
        at = dt.datetime.utcnow()  # noqa: DTZ003 - as it wants it
        manager.add_user_activity(AUTHOR, Activity(AUTHOR, Add, count, time=at))
    print(followers * activities / (time.perf_counter() - begun), flush=True)
