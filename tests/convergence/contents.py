"""Everything that stands in a generation, for comparing one with another, or before with after."""

from typing import cast

from redis import Redis
from redis.client import Pipeline

from projections.home_feed.keys import (
    AUTHOR_HORIZONS,
    AUTHOR_WINDOWS,
    FEED_HORIZONS,
    FEEDS,
    HOME_FEED,
)
from projections.shards import Generation


def contents(redis: Redis, generation: Generation) -> dict[str, object]:
    """Every key of a generation but the checkpoints, behind its shard's index.

    Windows as they are meant, however long their lists are (projections/home_feed/keys.py).
    """
    found: dict[str, object] = {}
    for shard in generation.all_shards():
        checkpoint = shard.checkpoint_key.encode()
        keys = cast("list[bytes]", redis.keys(f"{shard.tag}*"))
        keys = [key for key in keys if key != checkpoint]
        with redis.pipeline(transaction=False) as pipe:
            for key in keys:
                pipe.type(key)
            kinds = pipe.execute()
            for key, kind in zip(keys, kinds, strict=True):
                _read(pipe, key, kind)
            values = pipe.execute()
        for key, value in zip(keys, values, strict=True):
            found[f"{shard.index}:{key[len(shard.tag) :]!r}"] = value
    if generation.projection == HOME_FEED:
        _settle(found, generation)
    return found


def _settle(found: dict[str, object], generation: Generation) -> None:
    """Makes lists no longer than their window, the horizon beside them: what they mean."""
    for shard in generation.all_shards():
        for windows, horizons in ((FEEDS, FEED_HORIZONS), (AUTHOR_WINDOWS, AUTHOR_HORIZONS)):
            begin = f"{shard.index}:b'{windows}"
            for key in [key for key in found if key.startswith(begin)]:
                entries = cast("list[bytes]", found[key])
                if len(entries) > generation.window:
                    found[key] = entries[: generation.window]
                    hash_key = f"{shard.index}:{horizons.encode()!r}"
                    beside = cast("dict[bytes, bytes]", found.setdefault(hash_key, {}))
                    owner = key.removeprefix(begin).rstrip("'").encode()
                    beside[owner] = entries[generation.window]


def _read(pipe: Pipeline, key: bytes, kind: bytes) -> None:
    match kind:
        case b"list":
            pipe.lrange(key, 0, -1)
        case b"string":
            pipe.get(key)
        case _:
            pipe.hgetall(key)
