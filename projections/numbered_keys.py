"""The keys of a fact by number and of a number by public id: shared by posts and profiles."""

from uuid import UUID

from projections.shards import Shard


def fact_key(shard: Shard, number: int) -> str:
    """Where the fact with this number stands."""
    return f"{shard.tag}p:{number}"


def id_key(shard: Shard, public_id: UUID) -> bytes:
    """Where the number behind a public id stands."""
    return f"{shard.tag}i:".encode() + public_id.bytes
