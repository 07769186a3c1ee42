"""The posts' name, keys and values in one shard (each key behind the shard's tag).

p:<number>  STRING  the post, as JSON of StoredPost    (shard of the number)
i:<id>      STRING  the number of the post with this id (shard of the id, 16 bytes)
"""

from datetime import datetime
from uuid import UUID

import msgspec

POSTS = "posts"


class StoredPost(msgspec.Struct, frozen=True):
    """A post as the read model holds it; `author` is a person's number."""

    id: UUID
    author: int
    text: str
    created_at: datetime
