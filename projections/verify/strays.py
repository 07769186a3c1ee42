"""Items that history puts nowhere, or into another shard: found by the keys that there are."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Protocol, cast

import numpy as np
from redis import Redis

from projections.shards import Generation, Shard
from projections.verify.items import ItemKind, number_in
from projections.verify.truth import Numbers, is_in

KEYS_AT_ONCE = 10_000


class Inspector(Protocol):
    """Who compares what is found."""

    def inspect_items(self, kind: ItemKind, shard: Shard, owners: Numbers) -> None:
        """Compares these owners' items."""
        ...

    def found_stray_key(self, shard: Shard, key: bytes) -> None:
        """Takes note of a key that means nothing."""
        ...


def inspect_strays(
    inspector: Inspector, redis: Redis, generation: Generation, kinds: Sequence[ItemKind]
) -> None:
    """Hands over everything that stands where history does not put it."""
    for shard in generation.all_shards():
        for kind in kinds:
            _unexpected(inspector, kind, shard, _owners_in_hash(redis, kind, shard))
    waiting: dict[bytes, list[bytes]] = defaultdict(list)
    pattern = f"{{{generation.projection}:{generation.number}:*"
    for key in redis.scan_iter(pattern, KEYS_AT_ONCE):
        head, _, name = cast("bytes", key).partition(b"}")
        names = waiting[head]
        names.append(name)
        if len(names) == KEYS_AT_ONCE:
            _sort_by_shard(inspector, kinds, generation, head, waiting.pop(head))
    for head, names in waiting.items():
        _sort_by_shard(inspector, kinds, generation, head, names)


def _sort_by_shard(
    inspector: Inspector,
    kinds: Sequence[ItemKind],
    generation: Generation,
    head: bytes,
    names: list[bytes],
) -> None:
    index = number_in(head.rpartition(b":")[2])
    if index is None:
        return  # no keys of a shard's, so none of ours
    if index < generation.shards:
        _sort(inspector, kinds, generation.shard(index), names)
        return
    for name in names:
        inspector.found_stray_key(Shard(generation, index), name)


def _sort(inspector: Inspector, kinds: Sequence[ItemKind], shard: Shard, keys: list[bytes]) -> None:
    """Keys behind the shard's tag: whose are they, and does history put them here?"""
    known = {b"checkpoint", *(kind.hash.encode() for kind in kinds if kind.hash)}
    rest = [key for key in keys if key not in known]
    for kind in kinds:
        owners = kind.owners_of(rest)
        rest = [key for key, owner in zip(rest, owners, strict=True) if owner is None]
        found = np.array([owner for owner in owners if owner is not None], np.int64)
        _unexpected(inspector, kind, shard, found)
    for key in rest:
        inspector.found_stray_key(shard, key)


def _unexpected(inspector: Inspector, kind: ItemKind, shard: Shard, owners: Numbers) -> None:
    if len(owners):
        unexpected = owners[~is_in(kind.owners(shard), owners)]
        inspector.inspect_items(kind, shard, np.unique(unexpected))


def _owners_in_hash(redis: Redis, kind: ItemKind, shard: Shard) -> Numbers:
    if kind.hash is None:
        return np.empty(0, np.int64)
    fields = cast("list[bytes]", redis.hkeys(f"{shard.tag}{kind.hash}"))
    owners = [owner for field in fields if (owner := number_in(field)) is not None]
    return np.array(owners, np.int64)
