"""What each event means to a shard of the profiles."""

import msgspec

from domain.events import Followed, Registered, Unfollowed
from projections.log.entry import Entry
from projections.profiles.keys import FOLLOWEES, FOLLOWERS, PROFILES, StoredProfile
from projections.projection import Operation, Projection
from projections.shards import Shard


def operations(shard: Shard, entry: Entry) -> Operation:
    """The operations for apply.lua."""
    match entry.body:
        case Registered():
            return _registered(shard, entry, entry.body)
        case Followed(follower=follower, followee=followee):
            return _edge(shard, entry.position, "insert", follower, followee)
        case Unfollowed(follower=follower, followee=followee):
            return _edge(shard, entry.position, "remove", follower, followee)
        case _:
            return []


def _registered(shard: Shard, entry: Entry, body: Registered) -> Operation:
    found: Operation = []
    if shard.generation.shard_of(entry.position) == shard:
        profile = StoredProfile(entry.originator_id, body.handle, body.display_name, body.at)
        found += entry.position, "set", f"p:{entry.position}", msgspec.json.encode(profile)
    if shard.generation.shard_of_id(entry.originator_id) == shard:
        found += entry.position, "set", b"i:" + entry.originator_id.bytes, entry.position
    return found


def _edge(shard: Shard, position: int, what: str, follower: int, followee: int) -> Operation:
    found: Operation = []
    if shard.generation.shard_of(follower) == shard:
        found += position, what, f"{FOLLOWEES}{follower}", followee
    if shard.generation.shard_of(followee) == shard:
        found += position, what, f"{FOLLOWERS}{followee}", follower
    return found


PROJECTION = Projection(PROFILES, "projections.profiles", operations, preludes=("descending",))
