"""Mutants of what leaves events out, each in one of those that have to leave out the same."""

from tests.mutants.mutant import Mutant
from tests.mutants.targets import LEFT_OUT, LEFT_OUT_BY_HAND, LEFT_OUT_OF_TABLES

_RULE = "domain/quarantine.py"
_HOME = "projections/home_feed/apply.lua"
_FOLD = "projections/relational/fold.py"
_TRUTH = "projections/verify/truth.py"

MUTANTS = (
    Mutant(
        "posts of people in quarantine count",
        _RULE,
        "return (author,)",
        "return ()",
        LEFT_OUT,
    ),
    Mutant(
        "only the follower's quarantine counts",
        _RULE,
        "Followed(follower=follower, followee=followee):\n            return follower, followee\n"
        "        case Unfollowed",
        "Followed(follower=follower):\n            return (follower,)\n        case Unfollowed",
        LEFT_OUT,
    ),
    Mutant(
        "a pair that stands follows again",
        _HOME,
        "if is_torn and",
        "if false and",
        LEFT_OUT,
    ),
    Mutant(
        "no shard is told that a pair is torn",
        "projections/log/gaps.py",
        "is_torn = entry.originator_id in self.aggregates",
        "is_torn = False",
        LEFT_OUT_OF_TABLES,
    ),
    Mutant(
        "a profile lists a follower twice",
        "projections/profiles/apply.lua",
        "if index > 0 and",
        "if false and",
        LEFT_OUT,
    ),
    Mutant(
        "in bulk, a follow that stands begins anew",
        "projections/history/columns.py",
        "matters = begins != stood",
        "matters = begins | stood",
        LEFT_OUT_BY_HAND,
    ),
    Mutant(
        "in a batch, a follow that stands begins anew",
        _FOLD,
        "if self._intervals.get(pair) is not None:",
        "if False:",
        LEFT_OUT_OF_TABLES,
    ),
    Mutant(
        "a doubtful follow is taken for one",
        _FOLD,
        "self._doubtful[pair] = follow",
        "pass",
        LEFT_OUT_OF_TABLES,
    ),
    Mutant(
        "a doubtful follow that was none takes its end along",
        _FOLD,
        "self.ended_follows[pair] = begun.to_position",
        "pass",
        LEFT_OUT_BY_HAND,
    ),
    Mutant(
        "the truth counts what is in quarantine",
        _TRUTH,
        "kind[named | np.isin(self.positions, self._left_out)] = _NOTHING",
        "kind[np.isin(self.positions, self._left_out)] = _NOTHING",
        LEFT_OUT,
    ),
    Mutant(
        "the truth begins a follow that stands anew",
        _TRUTH,
        "changes[1:][same] = begun[1:][same] != begun[:-1][same]",
        "changes[1:][same] = begun[1:][same] | begun[:-1][same]",
        LEFT_OUT_BY_HAND,
    ),
    Mutant(
        "verification reads payloads in quarantine",
        "projections/verify/pack_facts.sql",
        "CASE WHEN is_left_out THEN '{{}}'::bytea ELSE state END",
        "state",
        LEFT_OUT,
    ),
    Mutant(
        "verification expects a follow that stands to begin anew",
        "projections/verify/expect_follows.sql",
        "WHERE topic <> before",
        "WHERE true",
        LEFT_OUT_OF_TABLES,
    ),
    Mutant(
        "verification expects a deletion in quarantine",
        "projections/verify/expect_posts.sql",
        "    AND deleted.notification_id NOT IN ({left_out})\n",
        "",
        LEFT_OUT_OF_TABLES,
    ),
    Mutant(
        "verification expects posts of people in quarantine",
        "projections/verify/expect_posts.sql",
        "    AND payload.author NOT IN ({left_out})\n",
        "",
        LEFT_OUT_OF_TABLES,
    ),
)
