"""Mutants of cold feeds: what is dropped, what is merged for readers, what verification knows."""

from tests.mutants.mutant import Mutant
from tests.mutants.targets import COLD, COLD_PAGES, COLD_SERVED, COLD_VERIFIED, LONG_TURNS

_APPLY = "projections/home_feed/apply.lua"
_TURN = "projections/home_feed/turn.lua"
_PAGE = "projections/home_feed/page.lua"

SCRIPTS = (
    Mutant(
        "an author's own post is stored in their cold feed",
        _APPLY,
        "if own and not is_cold(a) then",
        "if own then",
        COLD,
    ),
    Mutant(
        "cold followers do not count for who is great",
        _APPLY,
        "return warm + tonumber(redis.call('HGET', tag .. 'cold', author) or 0)",
        "return warm",
        COLD,
    ),
    Mutant(
        "who follows while cold is delivered to",
        _APPLY,
        "local is_warm = not is_cold(follower)\n    if can_cool then",
        "local is_warm = true\n    if can_cool then",
        COLD,
    ),
    Mutant(
        "a batch is applied in the middle of a turn",
        "projections/checkpoint.lua",
        " or found[4] then",
        " then",
        COLD_PAGES,
    ),
    Mutant(
        "a feed that goes cold is not dropped",
        _TURN,
        "redis.call('UNLINK', tag .. 'f:' .. person, tag .. 'g:' .. person)",
        "",
        COLD,
    ),
    Mutant(
        "somebody goes cold whom the shard does not know yet",
        _TURN,
        "tonumber(person) <= tonumber(position)",
        "true",
        COLD,
    ),
    Mutant(
        "a cold feed is delivered to",
        _TURN,
        "redis.call('LREM', followers, 1, person)",
        "",
        COLD,
    ),
    Mutant(
        "a feed is built again without its owner's posts",
        _TURN,
        "gathered.add(tag .. 'w:' .. person, 0, horizon)",
        "",
        COLD,
    ),
    Mutant(
        "a feed is built again and forgets its followees' horizons",
        _TURN,
        "horizon = math.max(horizon, own_horizon(followee))",
        "",
        COLD,
    ),
    Mutant(
        "what does not fit into a feed that is built again is not its horizon",
        _TURN,
        "        horizon = posts[#posts]\n",
        "",
        COLD,
    ),
    Mutant(
        "the posts of great authors are stored in a feed that is built again",
        _TURN,
        "if redis.call('HEXISTS', tag .. 'great', followee) == 1 then",
        "if false then",
        COLD,
    ),
    Mutant(
        "a turn forgets that it stands in the middle",
        _TURN,
        "redis.call('HSET', checkpoint_key, 'turning',",
        "redis.call('HSET', checkpoint_key, 'turned',",
        COLD,
    ),
    Mutant(
        "feeds turn inside an event",
        _TURN,
        "or tonumber(found[2] or 0) > 0 ",
        "",
        COLD,
    ),
    Mutant(
        "feeds turn in a shard that is held",
        _TURN,
        " or tonumber(found[3] or 0) > now_ms",
        "",
        COLD,
    ),
    Mutant(
        "a page of a cold feed is without its owner's posts",
        _PAGE,
        "authors[#authors + 1] = owner",
        "",
        COLD_PAGES,
    ),
    Mutant(
        "a page of a cold feed shows what one of its windows may not know all of",
        _PAGE,
        "return gathered.newest(horizon), horizon",
        "return gathered.newest(0), 0",
        COLD_PAGES,
    ),
    Mutant(
        "a page of a cold feed begins anew below every cursor",
        _PAGE,
        "start = first_below(theirs, bound)",
        "start = 0",
        COLD_PAGES,
    ),
)

VERIFIED = (
    Mutant(
        "what a feed held before it was built again is expected of it",
        "projections/verify/oracle.py",
        "np.maximum(stored.begin[rows], since[owner])",
        "stored.begin[rows]",
        COLD_VERIFIED,
    ),
    Mutant(
        "who went cold after the look is taken for cold before",
        "projections/verify/warmth.py",
        "if int(now or 0) != turns or turning:",
        "if turning:",
        COLD_VERIFIED,
    ),
    Mutant(
        "how many followers are cold is not compared",
        "projections/verify/audiences.py",
        "np.flatnonzero(counts != right_counts)",
        "np.flatnonzero(counts != counts)",
        COLD_VERIFIED,
    ),
    Mutant(
        "a feed may be warm since the future",
        "projections/verify/warmth_items.py",
        "number is not None and number <= position",
        "number is not None",
        COLD_VERIFIED,
    ),
    Mutant(
        "what was compared before a turn is written after it",
        "projections/verify/mend.lua",
        "if found[4] or tonumber(found[5] or 0) ~= tonumber(ARGV[2]) then",
        "if found[4] then",
        COLD_VERIFIED,
    ),
)

SERVED = (
    Mutant(
        "who reads is forgotten with the period",
        "projections/home_feed/read_log.py",
        "range(now - PERIODS_LOOKED_AT + 1, now + 1)",
        "range(now, now + 1)",
        COLD_SERVED,
    ),
    Mutant(
        "nobody has read before anybody could be heard",
        "projections/home_feed/read_log.py",
        "if since is None or now",
        "if since is None and now",
        COLD_SERVED,
    ),
    Mutant(
        "reads are not told",
        "query_api/read_models.py",
        "        self.read_marks.mark(person, is_cold=page.is_cold)\n",
        "",
        COLD_SERVED,
    ),
    Mutant(
        "one call of a turn reads all followees",
        _TURN,
        "redis.call('LRANGE', list, place, place + room - 1)",
        "redis.call('LRANGE', list, place, -1)",
        LONG_TURNS,
    ),
    Mutant(
        "a turn that one step does not finish waits for its time to come again",
        "projections/home_feed/cold_feeds.py",
        "self._next = 0.0  # a shard",
        "pass  # a shard",
        LONG_TURNS,
    ),
    Mutant(
        "a worker is not heard of while it turns feeds",
        "projections/projector.py",
        "ColdFeeds(redis, cold_after, between=self._beat)",
        "ColdFeeds(redis, cold_after)",
        LONG_TURNS,
    ),
    Mutant(
        "a turn that was left in the middle stays there",
        "projections/home_feed/cold_feeds.py",
        "if self._turning.finish(mine.values()):",
        "if False:",
        COLD_SERVED,
    ),
)

MUTANTS = (*SCRIPTS, *VERIFIED, *SERVED)
