"""Mutants of the home feed: its script, and what an event means to it."""

from tests.mutants.mutant import Mutant
from tests.mutants.targets import ANY_BATCHES, BULK, CALLS, LONG_LISTS, WINDOWS_ARE_LONG

_SCRIPT = "projections/home_feed/apply.lua"
_OPERATIONS = "projections/home_feed/apply.py"

WINDOWS = (
    Mutant(
        "a window may hold one post too many",
        _SCRIPT,
        "redis.call('LTRIM', list, 0, window - 1)",
        "redis.call('LTRIM', list, 0, window)",
        ANY_BATCHES,
    ),
    Mutant(
        "what fell off is cut off with the horizon",
        _SCRIPT,
        "redis.call('LTRIM', list, 0, window)\n        return",
        "redis.call('LTRIM', list, 0, window - 1)\n        return",
        ANY_BATCHES,
    ),
    Mutant(
        "what fell off is never cut off",
        _SCRIPT,
        "length > longest",
        "length > 10 * longest",
        LONG_LISTS,
    ),
    Mutant(
        "the horizon of a long list is forgotten when the list becomes short",
        _SCRIPT,
        "redis.call('HSET', tag .. horizons, owner, fallen)",
        "",
        ANY_BATCHES,
    ),
    Mutant(
        "a horizon stays beside a list that has outgrown it",
        _SCRIPT,
        "redis.call('HDEL', tag .. horizons, owner)",
        "",
        LONG_LISTS,
    ),
    Mutant(
        "a deleted post that is the horizon is taken out",
        _SCRIPT,
        "if tonumber(post) > settle(windows, horizons, owner) then",
        "if true then",
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
        "remove('w:', 'wh', a, b)",
        "",
        ANY_BATCHES,
    ),
    Mutant(
        "a deletion leaves the author's own feed as it is",
        _SCRIPT,
        "remove('f:', 'fh', a, b)",
        "",
        ANY_BATCHES,
    ),
    Mutant(
        "a deletion leaves the followers' feeds as they are",
        _SCRIPT,
        "remove('f:', 'fh', followers[k], b)",
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
        "posts = posts, horizon = horizon }",
        "posts = posts, horizon = 0 }",
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
