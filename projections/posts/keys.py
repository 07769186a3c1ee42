"""The posts' name, keys and values in one shard (each key behind the shard's tag).

p:<number>  STRING  the post, as JSON of StoredPost    (shard of the number)
i:<id>      STRING  the number of the post with this id (shard of the id, 16 bytes)
"""

from datetime import datetime
from uuid import UUID

import msgspec

POSTS = "posts"


class StoredPost(msgspec.Struct, frozen=True, omit_defaults=True):
    """A post as the read model holds it; `author` is a person's number, whose key opens the text if
    it is sealed (domain/sealing.py).
    """

    id: UUID
    author: int
    text: str
    created_at: datetime
    is_sealed: bool = False
