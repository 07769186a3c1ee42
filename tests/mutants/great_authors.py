"""Mutants of great authors: who is, what changes with it, and the pages merged of their posts."""

from tests.mutants.mutant import Mutant
from tests.mutants.targets import (
    ANY_BATCHES,
    GREAT,
    GREAT_MERGED,
    TORN_PAIRS,
    WHO_IS_GREAT,
)

_SCRIPT = "projections/home_feed/apply.lua"
_PAGE = "projections/home_feed/page.lua"

SCRIPT = (
    Mutant(
        "an author becomes great one follower late",
        _SCRIPT,
        "if count_followers(followee) == great_from then",
        "if count_followers(followee) == great_from + 1 then",
        WHO_IS_GREAT,
    ),
    Mutant(
        "an author who is great becomes so again when followers come back",
        _SCRIPT,
        "if is_great(followee) then\n        if is_warm then\n            redis.call('RPUSH'",
        "if false then\n        if is_warm then\n            redis.call('RPUSH'",
        WHO_IS_GREAT,
    ),
    Mutant(
        "an author ceases to be great one follower late",
        _SCRIPT,
        "return count_followers(followee) == great_until",
        "return count_followers(followee) + 1 == great_until",
        WHO_IS_GREAT,
    ),
    Mutant(
        "who was great stays written down as great",
        _SCRIPT,
        "redis.call('HDEL', tag .. 'great', b)",
        "",
        WHO_IS_GREAT,
    ),
    Mutant(
        "who becomes great is not noticed in the same call",
        _SCRIPT,
        "is_anybody_great = true",
        "",
        ANY_BATCHES,
    ),
    Mutant(
        "who is great again is great since the first time",
        _SCRIPT,
        "redis.call('HSET', tag .. 'great', b, position)",
        "redis.call('HSETNX', tag .. 'great', b, 1)",
        WHO_IS_GREAT,
    ),
    Mutant(
        "a follow that was none counts for greatness",
        _SCRIPT,
        "if is_torn and follows_already(follower, followee) then",
        "if false then",
        TORN_PAIRS,
    ),
    Mutant(
        "an unfollow that was none counts for greatness",
        _SCRIPT,
        "redis.call('LREM', tag .. 'o:' .. follower, 1, followee) == 0",
        "redis.call('LREM', tag .. 'o:' .. follower, 1, followee) == -1",
        TORN_PAIRS,
    ),
    Mutant(
        "a post of a great author is delivered",
        _SCRIPT,
        "if not is_great(a) then",
        "if true then",
        GREAT,
    ),
    Mutant(
        "a follow of a great author is not among the follower's great followees",
        _SCRIPT,
        "redis.call('RPUSH', tag .. 'g:' .. follower, followee)",
        "",
        ANY_BATCHES,
    ),
    Mutant(
        "an unfollow of a great author leaves them among the great followees",
        _SCRIPT,
        "redis.call('LREM', tag .. 'g:' .. follower, 1, followee)",
        "",
        ANY_BATCHES,
    ),
    Mutant(
        "posts stay in feeds when their author becomes great",
        _SCRIPT,
        "    take_out(follower, theirs)",
        "",
        ANY_BATCHES,
    ),
    Mutant(
        "posts are taken out when their author becomes great, and merged in by nobody",
        _SCRIPT,
        "redis.call('RPUSH', great_followees, author)",
        "",
        ANY_BATCHES,
    ),
    Mutant(
        "posts do not come back when their author ceases to be great",
        _SCRIPT,
        "    merge_in(follower, theirs)",
        "",
        GREAT,
    ),
    Mutant(
        "posts come back when their author ceases to be great, and are merged in as well",
        _SCRIPT,
        "redis.call('LREM', great_followees, 1, author)",
        "",
        ANY_BATCHES,
    ),
    Mutant(
        "what goes on in the middle of a change begins with the first follower",
        _SCRIPT,
        "'LRANGE', followers, place, place + room - 1",
        "'LRANGE', followers, 0, place + room - 1",
        GREAT,
    ),
    Mutant(
        "a change ends with its first call",
        _SCRIPT,
        "spent >= budget and redis.call('LLEN', followers) > place + i",
        "false",
        GREAT,
    ),
    Mutant(
        "what goes on in the middle of a change follows once more",
        _SCRIPT,
        "if place > 0 or follow(a, b, own) then",
        "if follow(a, b, own) or place > 0 then",
        GREAT,
    ),
    Mutant(
        "what goes on in the middle of a change unfollows once more, and does not go on",
        _SCRIPT,
        "if place > 0 or unfollow(a, b) then",
        "if unfollow(a, b) then",
        GREAT,
    ),
)

PAGE = (
    Mutant(
        "a page forgets the horizons of the windows that it merges",
        _PAGE,
        "horizon = math.max(horizon, horizon_of(theirs, tag .. 'wh', authors[i], window))\n"
        "        page",
        "page",
        GREAT_MERGED,
    ),
    Mutant(
        "a page shows what one of its windows may not know all of",
        _PAGE,
        "tonumber(page[#page]) <= horizon",
        "tonumber(page[#page]) <= 0",
        GREAT_MERGED,
    ),
    Mutant(
        "a merged page begins at the top whatever the cursor",
        _PAGE,
        "entries_below(theirs, bound, count)",
        "entries_below(theirs, 0, count)",
        GREAT_MERGED,
    ),
    Mutant(
        "a merged page reads one too few of each window",
        _PAGE,
        "entries_below(theirs, bound, count)",
        "entries_below(theirs, bound, count - 1)",
        GREAT_MERGED,
    ),
    Mutant(
        "a merged page is in no order",
        _PAGE,
        "next_one > next_other",
        "next_one > 0",
        GREAT_MERGED,
    ),
)

MUTANTS = SCRIPT + PAGE
