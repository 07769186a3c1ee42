"""What each event means to a shard of the posts."""

import msgspec

from domain.events import Deleted, Published
from projections.log.entry import Entry
from projections.posts.keys import POSTS, StoredPost
from projections.projection import Operation, Projection
from projections.shards import Shard

REMOVE = b""


def operations(shard: Shard, entry: Entry) -> Operation:
    """The operations for apply.lua: names and values to set, of body and id, or to remove."""
    match entry.body:
        case Published(author=author, text=text, at=at) as body:
            post = StoredPost(entry.originator_id, author, text, at, body.is_sealed)
            return _of_slice(shard, entry, entry.position, msgspec.json.encode(post))
        case Deleted(post=number):
            return _of_slice(shard, entry, number, REMOVE)
        case _:
            return []


def _of_slice(shard: Shard, entry: Entry, number: int, body: bytes) -> Operation:
    found: Operation = []
    if shard.generation.shard_of(number) == shard:
        found += f"p:{number}", body
    if shard.generation.shard_of_id(entry.originator_id) == shard:
        found += b"i:" + entry.originator_id.bytes, REMOVE if body == REMOVE else number
    return found


PROJECTION = Projection(POSTS, "projections.posts", operations)
