"""Everything that stands in a generation, for comparing one with another, or before with after."""

from redis import Redis

from projections.shards import Generation


def contents(redis: Redis, generation: Generation) -> dict[str, object]:
    """Every key of a generation but the checkpoints, behind its shard's index."""
    found: dict[str, object] = {}
    for shard in generation.all_shards():
        for key in redis.scan_iter(f"{shard.tag}*"):
            assert isinstance(key, bytes)
            name = f"{shard.index}:{key[len(shard.tag) :]!r}"
            match redis.type(key):
                case b"list":
                    found[name] = redis.lrange(key, 0, -1)
                case b"string":
                    found[name] = redis.get(key)
                case _:
                    if key != shard.checkpoint_key.encode():
                        found[name] = redis.hgetall(key)
    return found
