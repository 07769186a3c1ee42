"""The rare paths: what has to happen in a campaign for its silence to mean something.

Each is recognised from outside the code under test: by the answers of scripts, by what stands in
Redis, or by the model of the windows.
"""

from typing import Final

# What the answers of apply.lua say.
STOOD_ELSEWHERE: Final = "batch refused: the shard stood elsewhere"
WAS_HELD: Final = "batch refused: the shard was held"
BUDGET_BETWEEN: Final = "budget ended a call between two events"
BUDGET_INSIDE: Final = "budget ended a call inside an event"
RESUMED_INSIDE: Final = "a call went on inside an event"
CALLS_MAX_REACHED: Final = "CALLS_MAX ended a batch before its end"
BATCH_OVERLAPS: Final = "batch began before the checkpoint"
BETWEEN_CALLS: Final = "something happened between two calls of a worker"
ZOMBIE: Final = "old call came again"
ZOMBIE_INSIDE: Final = "old call from inside an event came again"
ZOMBIE_AT_REST: Final = "old call came to a generation at rest"
REFILLED: Final = "shard vanished and was filled again"

# What the model of the windows says of an event.
HOLE: Final = "positions have a hole"
REGISTERED_LATE: Final = "person registered after the first post"
PUSH_TRIMMED_FEED: Final = "push trimmed a feed"
PUSH_TRIMMED_AUTHOR: Final = "push trimmed an author's window"
FOLLOW_TRIMMED: Final = "follow trimmed a feed (merge overflow)"
FOLLOW_BROUGHT: Final = "follow brought the followee's horizon"
FOLLOW_BROUGHT_MORE: Final = "follow brought a horizon that no trim of the feed explains"
FOLLOW_OF_SILENT: Final = "follow of somebody whose window is empty"
FOLLOWED_AGAIN: Final = "follow again after an unfollow"
UNFOLLOW_REMOVED: Final = "unfollow removed entries"
UNFOLLOW_OF_TRIMMED: Final = "unfollow of somebody whose window was trimmed"
DELETE_IN_FEED: Final = "delete in a follower's feed"
DELETE_BELOW_FEED: Final = "delete below a feed's horizon"
DELETE_BELOW_AUTHOR: Final = "delete below the author's horizon"
EMPTIED: Final = "removals left an empty window above a horizon"

# What it says of great authors.
BECAME_GREAT: Final = "author became great"
BECAME_GREAT_AGAIN: Final = "author became great again"
BECAME_GREAT_WITH_POSTS: Final = "author became great and left feeds that had their posts"
CEASED_GREAT: Final = "author ceased to be great"
CEASED_GREAT_TRIMMED: Final = "author ceased to be great and their posts trimmed a feed"
GREAT_PUBLISHED: Final = "great author published"
GREAT_DELETED: Final = "great author deleted a post"
GREAT_FOLLOWED: Final = "great author was followed"
GREAT_UNFOLLOWED: Final = "great author was unfollowed"
INSIDE_BECOMING: Final = "shard was seen while an author was becoming great"
INSIDE_CEASING: Final = "shard was seen while an author was ceasing to be great"

# Feeds that nobody reads.
WENT_COLD: Final = "feed went cold"
BUILT_AGAIN_COLD: Final = "cold feed was built again"
TURN_LEFT: Final = "turn of a feed was left in the middle"
TURN_FINISHED: Final = "turn of a feed was finished by somebody else"
BATCH_TURNING: Final = "batch refused: a feed was in the middle of a turn"
COLD_READ: Final = "cold feed was read"
COLD_READ_INSIDE: Final = "cold feed was read while the shard was inside an event"
COLD_FOLLOWED: Final = "owner of a cold feed followed somebody"
COLD_UNFOLLOWED: Final = "owner of a cold feed unfollowed somebody"
COLD_GREAT: Final = "author was great with a cold follower"

# Generations, and who reads them.
SWITCH_BEHIND: Final = "switch refused: the new generation was behind"
SWITCH_INSIDE: Final = "switch refused: the old generation was inside an event"
SWITCH_NOT_ACTIVE: Final = "switch refused: the old generation was not the active one"
SWITCH_DONE: Final = "switch done"
SWITCH_BACK: Final = "switch back to a generation at rest"
HOLD_RAN_OUT: Final = "hold of a switch ran out"
BUILT_AGAIN: Final = "rebuild failed, was dropped and began again"
READ_HELD: Final = "read from a shard that was held"
READ_REPLACED: Final = "read began at a generation that had been replaced"
READ_INSIDE: Final = "read while the shard was inside an event"
READ_MERGED: Final = "page merged from the windows of great authors"
READ_INSIDE_CHANGE: Final = "read while an author was becoming great or ceasing to be"
READ_NOTHING_THERE: Final = "read while a shard had no checkpoint"
PAGES_CROSSED: Final = "feed changed between two of its pages"
PAGES_TRIMMED: Final = "horizon rose between two pages"

# Bulk build and verification.
BULK_REMOVED: Final = "bulk build: horizon from posts that were removed later"
BULK_BROUGHT: Final = "bulk build: horizon brought by a follow"
BULK_GREAT: Final = "bulk build: somebody is great, or was"
EXACT: Final = "oracle refused a live window and computed the right one"
REPAIR_MOVED: Final = "repair: the shard had moved meanwhile"
REPAIR_CHECKPOINT: Final = "repair: a checkpoint that named no position was moved"
REPAIR_STRAY: Final = "repair: a stray key was removed"

# With the real event store.
REAL_REBUILD: Final = "real store: rebuilt while the log grew"
REAL_CHAIN: Final = "real store: the stream was held against it"
REAL_REPAIR: Final = "real store: corruption found and mended"
POISON_LEFT_OUT: Final = "real store: an event that cannot be read was left out"
POISON_NAMED: Final = "real store: an event was left out since it names one that was"
POISON_TORN: Final = "real store: an event was taken of an aggregate that lacks another"
POISON_BACK: Final = "real store: an event came back with a retry"

ALL: Final = tuple(
    value for name, value in list(globals().items()) if name.isupper() and isinstance(value, str)
)
"""In the order above."""

HISTORIES_MIN: Final = 2_000
"""A campaign of so many histories has to take every path."""


def never_taken(taken: dict[str, int]) -> list[str]:
    """The paths that were not taken."""
    return [path for path in ALL if not taken.get(path)]
