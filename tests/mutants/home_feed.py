"""Mutants of the home feed: its script, and what an event means to it."""

from tests.mutants.mutant import Mutant
from tests.mutants.targets import ANY_BATCHES, BULK, CALLS, WINDOWS_ARE_LONG

_SCRIPT = "projections/home_feed/apply.lua"
_OPERATIONS = "projections/home_feed/apply.py"

_TRIM = "redis.call('HSET', tag .. horizons, owner, redis.call('RPOP', list))"

WINDOWS = (
    Mutant(
        "a window may hold one post too many",
        _SCRIPT,
        "post) > window",
        "post) > window + 1",
        ANY_BATCHES,
    ),
    Mutant(
        "a post that falls off the end raises no horizon",
        _SCRIPT,
        _TRIM,
        "redis.call('RPOP', list)",
        ANY_BATCHES,
    ),
    Mutant(
        "the horizon becomes the newest post instead of the trimmed one",
        _SCRIPT,
        _TRIM,
        "redis.call('RPOP', list) redis.call('HSET', tag .. horizons, owner, post)",
        ANY_BATCHES,
    ),
    Mutant(
        "a new post goes to the end of the window",
        _SCRIPT,
        "'LPUSH', list, post",
        "'RPUSH', list, post",
        ANY_BATCHES,
    ),
    Mutant(
        "an author does not see their own post",
        _SCRIPT,
        "push('f:', 'fh', a, position)",
        "",
        ANY_BATCHES,
    ),
    Mutant(
        "a post is in no author's window",
        _SCRIPT,
        "push('w:', 'wh', a, position)",
        "",
        ANY_BATCHES,
    ),
    Mutant(
        "a deletion leaves the author's window as it is",
        _SCRIPT,
        "remove('w:', a, b)",
        "",
        ANY_BATCHES,
    ),
    Mutant(
        "a deletion leaves the author's own feed as it is",
        _SCRIPT,
        "remove('f:', a, b)",
        "",
        ANY_BATCHES,
    ),
    Mutant(
        "a deletion leaves the followers' feeds as they are",
        _SCRIPT,
        "remove('f:', followers[k], b)",
        "",
        ANY_BATCHES,
    ),
    Mutant(
        "a shard keeps the windows of its own authors alone",
        _OPERATIONS,
        "case Published(author=author):",
        "case Published(author=author) if owns(author):",
        ANY_BATCHES,
    ),
)

FOLLOWS = (
    Mutant(
        "a follow forgets the followee's horizon",
        _SCRIPT,
        "horizon = horizon_of('wh', author)",
        "horizon = 0",
        BULK,
    ),
    Mutant(
        "a follow forgets what does not fit",
        _SCRIPT,
        "horizon = newest",
        "horizon = horizon",
        ANY_BATCHES,
    ),
    Mutant(
        "a follow's horizon lies below the newest post that does not fit",
        _SCRIPT,
        "horizon = newest",
        "horizon = newest - 1",
        ANY_BATCHES,
    ),
    Mutant(
        "a follow keeps what lies below the horizon",
        _SCRIPT,
        "newest <= horizon",
        "newest <= 0",
        ANY_BATCHES,
    ),
    Mutant(
        "a follow fills the window one short",
        _SCRIPT,
        "#merged == window",
        "#merged == window - 1",
        WINDOWS_ARE_LONG,
    ),
    Mutant(
        "a follow raises the horizon although nothing was trimmed",
        _SCRIPT,
        "math.max(before, theirs.horizon)",
        "math.max(before, (posts[#posts] or 1) - 1)",
        WINDOWS_ARE_LONG,
    ),
    Mutant(
        "a horizon that a follow raises is not written down",
        _SCRIPT,
        "redis.call('HSET', tag .. 'fh', follower, horizon)",
        "",
        ANY_BATCHES,
    ),
    Mutant(
        "a follow does not enter the list of followers",
        _SCRIPT,
        "redis.call('RPUSH', followers, follower)",
        "redis.call('LLEN', followers)",
        ANY_BATCHES,
    ),
    Mutant(
        "an unfollow stays in the list of followers",
        _SCRIPT,
        "redis.call('LREM', followers, 1, follower)",
        "redis.call('LLEN', followers)",
        ANY_BATCHES,
    ),
    Mutant(
        "an unfollow removes nothing from the feed",
        _SCRIPT,
        "take_out(follower, own_window(followee))",
        "",
        ANY_BATCHES,
    ),
    Mutant(
        "an unfollow of somebody with many posts removes nothing from the feed",
        _SCRIPT,
        "if not gone[mine[i]] then",
        "if true then",
        CALLS,
    ),
    Mutant(
        "an unfollow of somebody with many posts removes everything from the feed",
        _SCRIPT,
        "if not gone[mine[i]] then",
        "if false then",
        CALLS,
    ),
    Mutant(
        "an unfollow removes the follower's own posts",
        _SCRIPT,
        "take_out(follower, own_window(followee))",
        "take_out(follower, own_window(follower))",
        ANY_BATCHES,
    ),
    Mutant(
        "a follow goes to the shard of the followee",
        _OPERATIONS,
        "case Followed(follower=follower, followee=followee) if owns(follower):",
        "case Followed(follower=follower, followee=followee) if owns(followee):",
        ANY_BATCHES,
    ),
)

MUTANTS = WINDOWS + FOLLOWS
