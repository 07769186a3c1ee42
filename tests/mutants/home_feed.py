"""Mutants of the home feed: its script, and what an event means to it."""

from tests.mutants.mutant import Mutant
from tests.mutants.targets import ANY_BATCHES, CALLS, WINDOWS_ARE_LONG

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
        "horizon_of('wh', followee)",
        "0",
        ANY_BATCHES,
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
        "math.max(before, horizon_of('wh', followee))",
        "math.max(before, (theirs[#theirs] or 1) - 1)",
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
        "",
        ANY_BATCHES,
    ),
    Mutant(
        "an unfollow stays in the list of followers",
        _SCRIPT,
        "redis.call('LREM', followers, 1, follower)",
        "",
        ANY_BATCHES,
    ),
    Mutant(
        "an unfollow removes nothing from the feed",
        _SCRIPT,
        "if not gone[mine[i]] then",
        "if true then",
        ANY_BATCHES,
    ),
    Mutant(
        "an unfollow removes the follower's own posts",
        _SCRIPT,
        "numbers(tag .. 'w:' .. followee), {}",
        "numbers(tag .. 'w:' .. follower), {}",
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

CALLS_OF_ONE_BATCH = (
    Mutant(
        "a call that ends inside an event claims the whole event",
        _SCRIPT,
        "move_checkpoint(tonumber(before), served)",
        "move_checkpoint(tonumber(position), 0)",
        CALLS,
    ),
    Mutant(
        "an event goes on one follower too far",
        _SCRIPT,
        "move_checkpoint(tonumber(before), served)",
        "move_checkpoint(tonumber(before), served + 1)",
        CALLS,
    ),
    Mutant(
        "an event goes on one follower too early",
        _SCRIPT,
        "move_checkpoint(tonumber(before), served)",
        "move_checkpoint(tonumber(before), served - 1)",
        CALLS,
    ),
    Mutant(
        "a call that its budget ends claims the whole batch",
        _SCRIPT,
        "move_checkpoint(done, 0)",
        "move_checkpoint(tonumber(ARGV[3]), 0)",
        CALLS,
    ),
    Mutant(
        "every call inside a post gives it to its author again",
        _SCRIPT,
        "if place == 0 then\n                push(",
        "if true then\n                push(",
        CALLS,
    ),
    Mutant(
        "the place inside an event is taken for the next event's too",
        _SCRIPT,
        "    place = 0\n",
        "",
        ANY_BATCHES,
    ),
    Mutant(
        "a batch ends at its last event that concerned the shard",
        _SCRIPT,
        "return move_checkpoint(tonumber(ARGV[3]), 0)",
        "return move_checkpoint(done, place)",
        ANY_BATCHES,
    ),
    Mutant(
        "a follow counts as no work, however much it merges",
        _SCRIPT,
        "spent + 1 + follow(a, b, own)",
        "spent + 1 + 0 * follow(a, b, own)",
        CALLS,
    ),
    Mutant(
        "an unfollow counts as no work, however much it looks through",
        _SCRIPT,
        "spent + 1 + unfollow(a, b)",
        "spent + 1 + 0 * unfollow(a, b)",
        CALLS,
    ),
)

MUTANTS = WINDOWS + FOLLOWS + CALLS_OF_ONE_BATCH
