"""What each event means to a shard of the profiles."""

import msgspec

from domain.events import Erased, Followed, Registered, Unfollowed
from projections.log.entry import Entry
from projections.profiles.keys import FOLLOWEES, FOLLOWERS, PROFILES, profile_of
from projections.projection import Operation, Projection
from projections.shards import Shard


def operations(shard: Shard, entry: Entry) -> Operation:
    """The operations for apply.lua."""
    match entry.body:
        case Registered():
            return _registered(shard, entry, entry.body)
        case Erased(person=person):
            return _erased(shard, entry, person)
        case Followed(follower=follower, followee=followee):
            return _edge(shard, entry.position, "insert", follower, followee)
        case Unfollowed(follower=follower, followee=followee):
            return _edge(shard, entry.position, "remove", follower, followee)
        case _:
            return []


def _registered(shard: Shard, entry: Entry, body: Registered) -> Operation:
    found: Operation = []
    profile = profile_of(entry.originator_id, body, entry.key)
    if profile is None:
        return found  # they are erased further on
    if shard.generation.shard_of(entry.position) == shard:
        found += entry.position, "set", f"p:{entry.position}", msgspec.json.encode(profile)
    if shard.generation.shard_of_id(entry.originator_id) == shard:
        found += entry.position, "set", b"i:" + entry.originator_id.bytes, entry.position
    return found


def _erased(shard: Shard, entry: Entry, person: int) -> Operation:
    found: Operation = []
    if shard.generation.shard_of(person) == shard:
        found += entry.position, "drop", f"p:{person}", b""
    if shard.generation.shard_of_id(entry.originator_id) == shard:
        found += entry.position, "drop", b"i:" + entry.originator_id.bytes, b""
    return found


def _edge(shard: Shard, position: int, what: str, follower: int, followee: int) -> Operation:
    found: Operation = []
    if shard.generation.shard_of(follower) == shard:
        found += position, what, f"{FOLLOWEES}{follower}", followee
    if shard.generation.shard_of(followee) == shard:
        found += position, what, f"{FOLLOWERS}{followee}", follower
    return found


PROJECTION = Projection(PROFILES, "projections.profiles", operations, preludes=("descending",))
