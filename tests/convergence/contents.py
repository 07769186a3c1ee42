"""Everything that stands in a generation, for comparing one with another, or before with after."""

from typing import cast

from redis import Redis
from redis.client import Pipeline

from projections.shards import Generation


def contents(redis: Redis, generation: Generation) -> dict[str, object]:
    """Every key of a generation but the checkpoints, behind its shard's index."""
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
    return found


def _read(pipe: Pipeline, key: bytes, kind: bytes) -> None:
    match kind:
        case b"list":
            pipe.lrange(key, 0, -1)
        case b"string":
            pipe.get(key)
        case _:
            pipe.hgetall(key)
