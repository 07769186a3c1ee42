"""Builds the posts' shards from all of history, as it passes by."""

from collections.abc import Iterable
from uuid import UUID

import msgspec

from domain.events import Deleted, Published
from projections.history.events import Event
from projections.history.loader import Loader
from projections.numbered_keys import fact_key, id_key
from projections.posts.keys import StoredPost
from projections.shards import Generation


def build(generation: Generation, events: Iterable[Event], loader: Loader) -> None:
    """Loads every shard with what the events, which begin with the first one, lead to."""
    shards = generation.all_shards()
    encode = msgspec.json.Encoder().encode
    for event in events:
        match event.body:
            case Published(author=author, text=text, at=at) as published:
                public_id, number = UUID(bytes=event.originator_id), event.position
                body = encode(StoredPost(public_id, author, text, at, published.is_sealed))
                loader.add("SET", fact_key(shards[generation.index_of(number)], number), body)
                loader.add("SET", id_key(generation.shard_of_id(public_id), public_id), number)
            case Deleted(post=number):
                public_id = UUID(bytes=event.originator_id)
                loader.add("UNLINK", fact_key(shards[generation.index_of(number)], number))
                loader.add("UNLINK", id_key(generation.shard_of_id(public_id), public_id))
            case _:
                pass
