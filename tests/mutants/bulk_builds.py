"""Mutants of the bulk builds: all of history at once."""

from tests.mutants.mutant import Mutant
from tests.mutants.targets import BULK, LOADER

_COLUMNS = "projections/history/columns.py"
_FEEDS = "projections/home_feed/build.py"
_WINDOWS = "projections/home_feed/windows_in_bulk.py"
_AUTHOR_TRIMS = "projections/home_feed/author_trims.py"

MUTANTS = (
    Mutant(
        "in bulk, a follow does not bring the followee's horizon",
        _WINDOWS,
        "self._raise_by_follows(part, lowest)",
        "pass",
        BULK,
    ),
    Mutant(
        "in bulk, a follow brings the horizon that the followee has in the end",
        _WINDOWS,
        "self._stride + sources.begin, side",
        "self._stride + self._stride - 1, side",
        BULK,
    ),
    Mutant(
        "in bulk, what was removed never filled a window",
        _WINDOWS,
        "self._raise_where_removed(pairs, lowest, enough)",
        "pass",
        BULK,
    ),
    Mutant(
        "in bulk, a window is cut without a second look",
        _WINDOWS,
        "((lowest > 0) | (cut == 0))",
        "(cut >= 0)",
        BULK,
    ),
    Mutant(
        "in bulk, the horizon is the last post that fits",
        _WINDOWS,
        "lowest = self._post_after(pairs, owners, self._window + 1)",
        "lowest = self._post_after(pairs, owners, self._window)",
        BULK,
    ),
    Mutant(
        "in bulk, a window may be overfull for a moment",
        _WINDOWS,
        "if stood.max() > self._window:",
        "if stood.max() > self._window + 1:",
        BULK,
    ),
    Mutant(
        "in bulk, an author's own window may be overfull",
        _AUTHOR_TRIMS,
        "if len(standing) > window:",
        "if len(standing) > window + 1:",
        BULK,
    ),
    Mutant(
        "in bulk, posts stand in a feed from before the follow",
        _WINDOWS,
        "np.maximum(post, np.repeat(sources.begin, counts))",
        "post",
        BULK,
    ),
    Mutant(
        "in bulk, who unfollowed still follows",
        _COLUMNS,
        "end = np.append(change[1:], NEVER)",
        "end = np.append(change[1:] * 0 + NEVER, NEVER)",
        BULK,
    ),
    Mutant(
        "in bulk, a deletion is ignored",
        _COLUMNS,
        "] = deletions[known]",
        "] = NEVER",
        BULK,
    ),
    Mutant(
        "in bulk, followers stand by their number",
        _FEEDS,
        "(standing.begin, standing.followee)",
        "(standing.follower, standing.followee)",
        BULK,
    ),
    Mutant(
        "in bulk, the audience holds who unfollowed",
        _FEEDS,
        "standing = follows.where(follows.end == NEVER)",
        "standing = follows.where(follows.end > 0)",
        BULK,
    ),
    Mutant(
        "in bulk, the lists of members begin with the oldest",
        "projections/profiles/build.py",
        "np.lexsort((-member, owner))",
        "np.lexsort((member, owner))",
        BULK,
    ),
    Mutant(
        "in bulk, the lists of members hold who unfollowed",
        "projections/profiles/build.py",
        "columns.end == NEVER",
        "columns.end > 0",
        BULK,
    ),
    Mutant(
        "in bulk, a deleted post leaves its id",
        "projections/posts/build.py",
        'loader.add("UNLINK", id_key(generation.shard_of_id(public_id), public_id))',
        "pass",
        BULK,
    ),
    Mutant(
        "in bulk, a long list loses what one command does not hold",
        "projections/history/loader.py",
        "range(0, len(entries), ENTRIES_PER_COMMAND)",
        "range(0, 1)",
        LOADER,
    ),
    Mutant(
        "a load that the server refuses goes unnoticed",
        "projections/history/loader.py",
        "self._fault = answer",
        "del answer",
        LOADER,
    ),
    Mutant(
        "in bulk, what fills up a shorter number goes along",
        "projections/history/bulk_strings.py",
        '.translate(None, b"\\0")',
        "",
        LOADER,
    ),
    Mutant(
        "in bulk, lists are packed once more with those that follow",
        "projections/history/bulk_strings.py",
        "some, count = [], 0",
        "count = 0",
        LOADER,
    ),
    Mutant(
        "a server that goes away during a load goes unnoticed",
        "projections/history/loader.py",
        "self._fault = error",
        "del error",
        LOADER,
    ),
)
