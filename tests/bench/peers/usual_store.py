"""What the usual feed has in Redis, written down from a network that is known in full."""

from datetime import UTC, datetime

import uuid_utils.compat
from redis import Redis

from tests.bench.history import TEXT
from tests.bench.peers.usual_feed import ENTRIES_KEPT, Author, StoredPost
from tests.bench.read_world import ReadWorld


def fill(redis: Redis, read: ReadWorld) -> None:
    """Feeds, posts and people."""
    ids = {number: uuid_utils.compat.uuid7() for posts in read.written.values() for number in posts}
    at = datetime.now(UTC)
    with redis.pipeline(transaction=False) as pipe:
        for author, numbers in read.written.items():
            name = f"p_{author.number}"
            person = Author(id=author.id, handle=name, display_name=name)
            pipe.set(f"user:{author.id}", person.model_dump_json())
            for number in numbers:
                post = StoredPost(
                    id=ids[number], author_id=author.id, text=TEXT, created_at=at, position=number
                )
                pipe.set(f"post:{ids[number]}", post.model_dump_json())
        pipe.execute()
        for reader in read.readers:
            entries = read.feed_of(reader, ENTRIES_KEPT)
            pipe.zadd(f"feed:{reader.id}", {str(ids[number]): number for number in entries})
        pipe.execute()
