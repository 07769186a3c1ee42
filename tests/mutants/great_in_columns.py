"""Mutants of great authors as the bulk build and verification have them from all of history."""

from tests.mutants.mutant import Mutant
from tests.mutants.targets import BULK, GREAT_IN_VERIFICATION

_BULK = "projections/home_feed/great_in_bulk.py"
_VERIFY = "projections/verify/greatness.py"
_ITEMS = "projections/verify/great_items.py"

MUTANTS = (
    Mutant(
        "in bulk, an author is great one follower late",
        _BULK,
        "count == greatness.begins_at",
        "count == greatness.begins_at + 1",
        BULK,
    ),
    Mutant(
        "in bulk, an author ceases to be great one follower early",
        _BULK,
        "count == greatness.ends_at",
        "count == greatness.ends_at + 1",
        BULK,
    ),
    Mutant(
        "in bulk, who was great is not great a second time",
        _BULK,
        "        at = end\n    yield at, NEVER",
        "        at = end\n    yield NEVER, NEVER",
        BULK,
    ),
    Mutant(
        "in bulk, authors must have been followed more than once too often to be looked at",
        _BULK,
        "times >= least",
        "times > least",
        BULK,
    ),
    Mutant(
        "in bulk, great followees stand in the order of their followers' number alone",
        _BULK,
        "np.lexsort((begin, follower))",
        "np.lexsort((-begin, follower))",
        BULK,
    ),
    Mutant(
        "verification takes an author for great one follower late",
        _VERIFY,
        "followers >= great.begins_at",
        "followers > great.begins_at",
        GREAT_IN_VERIFICATION,
    ),
    Mutant(
        "verification takes an author for great one follower too long",
        _VERIFY,
        "followers <= great.ends_at",
        "followers < great.ends_at",
        GREAT_IN_VERIFICATION,
    ),
    Mutant(
        "verification takes posts of great authors for stored",
        _VERIFY,
        "is_ordinary[rows] = False",
        "pass",
        GREAT_IN_VERIFICATION,
    ),
    Mutant(
        "verification takes who will be great for great already",
        _VERIFY,
        "if begin <= position < end",
        "if position < end",
        GREAT_IN_VERIFICATION,
    ),
    Mutant(
        "verification takes who will be followed for followed already",
        _VERIFY,
        "(merged.begin <= position) & ",
        "",
        GREAT_IN_VERIFICATION,
    ),
    Mutant(
        "verification does not count on when history goes on",
        _VERIFY,
        "if self._known.get(key, (0, []))[0] != happened:",
        "if key not in self._known:",
        GREAT_IN_VERIFICATION,
    ),
    Mutant(
        "verification does not look since when somebody is great",
        _ITEMS,
        "if live != (right := self._right(shard, owner, position))",
        "if (live is None) != ((right := self._right(shard, owner, position)) is None)",
        GREAT_IN_VERIFICATION,
    ),
)
