"""Reading post bodies by number, and numbers by public id."""

from redis.asyncio import Redis

from projections.log.in_sight import HistoryInSight
from projections.numbered import NumberedReader
from projections.posts.keys import POSTS, StoredPost


class PostsReader(NumberedReader[StoredPost]):
    """Reads the visible posts of the active generation."""

    def __init__(self, redis: Redis, history: HistoryInSight) -> None:
        super().__init__(redis, history, POSTS, StoredPost)
