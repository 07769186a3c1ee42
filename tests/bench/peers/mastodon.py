"""Mastodon's home feeds: a sorted set each, ids of 18 digits as members and as scores.

After app/lib/feed_manager.rb (add_to_feed, trim): ZADD, then ZREMRANGEBYRANK down to 400. There it
is one job a follower; here one pipeline a post, which is faster.
"""

from collections.abc import Sequence

from redis import Redis

ENTRIES_MAX = 400

SNOWFLAKE = 115_000_000_000_000_000
"""Ids of both people and posts are time in milliseconds, shifted by 16 bits: 18 digits today."""


def key(person: int) -> str:
    """Somebody's home feed."""
    return f"feed:home:{SNOWFLAKE + person}"


def deliver(redis: Redis, post: int, followers: Sequence[int]) -> None:
    """A post goes to every follower."""
    status = SNOWFLAKE + post
    with redis.pipeline(transaction=False) as pipe:
        for follower in followers:
            pipe.zadd(key(follower), {str(status): status})
            pipe.zremrangebyrank(key(follower), 0, -(ENTRIES_MAX + 1))
        pipe.execute()


def fill(redis: Redis, people: Sequence[int], entries: int) -> None:
    """Everybody has so many entries."""
    with redis.pipeline(transaction=False) as pipe:
        for person in people:
            ids = range(SNOWFLAKE, SNOWFLAKE + 7 * entries, 7)
            pipe.zadd(key(person), {str(each): each for each in ids})
        pipe.execute()
