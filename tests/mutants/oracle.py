"""Mutants of the oracle and of what it takes for the truth."""

from tests.mutants.mutant import Mutant
from tests.mutants.targets import MOVING, ORACLE, UNKNOWN

_ORACLE = "projections/verify/oracle.py"
_TRIMS = "projections/verify/trims.py"
_TRUTH = "projections/verify/truth.py"

MUTANTS = (
    Mutant(
        "the oracle sees follows that came later",
        _ORACLE,
        "begun = (begin <= position) & (begin < end)",
        "begun = begin < end",
        ORACLE,
    ),
    Mutant(
        "the oracle sees deletions that came later",
        _ORACLE,
        "np.where(deleted > position, STILL, deleted)",
        "deleted",
        ORACLE,
    ),
    Mutant(
        "the oracle sees unfollows that came later",
        _ORACLE,
        "np.where(end > position, STILL, end)",
        "end",
        ORACLE,
    ),
    Mutant(
        "the oracle sees posts that came later",
        _ORACLE,
        "last = np.minimum(subscriptions.end, position)",
        "last = np.minimum(subscriptions.end, self._stride - 1)",
        ORACLE,
    ),
    Mutant(
        "the oracle lets a window be overfull for a moment",
        _ORACLE,
        "crowd > self._window",
        "crowd > self._window + 1",
        ORACLE,
    ),
    Mutant(
        "the oracle takes a full window for a crowd",
        _ORACLE,
        "standing > self._window",
        "standing >= self._window",
        ORACLE,
    ),
    Mutant(
        "the oracle ignores the horizons that follows bring",
        _ORACLE,
        "        right &= brought <= horizons\n",
        "",
        ORACLE,
    ),
    Mutant(
        "the oracle does not ask where a horizon comes from",
        _ORACLE,
        "right & (explained | trimmed)",
        "right",
        ORACLE,
    ),
    Mutant(
        "the oracle accepts what was never trimmed",
        _ORACLE,
        "(horizons >= 0) & ~self._ever_crowded(above, len(owners))",
        "horizons >= 0",
        ORACLE,
    ),
    Mutant(
        "the oracle only counts posts",
        "projections/verify/rows.py",
        "same[owner[ours][self.numbers[ours] != other.numbers[theirs]]] = False",
        "pass",
        ORACLE,
    ),
    Mutant(
        "the exact window is one post too long",
        _ORACLE,
        "stood.post[(stood.end == STILL) & (stood.post > horizon)]",
        "stood.post[(stood.end == STILL) & (stood.post >= horizon)]",
        ORACLE,
    ),
    Mutant(
        "the trims of authors who deleted are ignored",
        _TRIMS,
        "found[known] = self._horizon[at[known]]",
        "",
        ORACLE,
    ),
    Mutant(
        "an author's horizon comes a moment too late",
        _TRIMS,
        'side="right") - 1\n        known',
        'side="left") - 1\n        known',
        ORACLE,
    ),
    Mutant(
        "another author's horizon is taken over",
        _TRIMS,
        "known[known] &= self._author[at[known]] == author[known]",
        "",
        ORACLE,
    ),
    Mutant(
        "what is known of an author is never looked at again",
        _TRIMS,
        "if self._known.get(one, (0, []))[0] != happened:",
        "if one not in self._known:",
        ORACLE,
    ),
    Mutant(
        "the truth ignores unfollows",
        _TRUTH,
        "ends[:-1][same] = change[1:][same]",
        "",
        ORACLE,
    ),
    Mutant(
        "the truth takes an unfollow for a follow",
        _TRUTH,
        "kind[is_change][order] == _FOLLOWED",
        "kind[is_change][order] > 0",
        ORACLE,
    ),
    Mutant(
        "the truth lets pass what it does not know",
        _TRUTH,
        "if len(unknown):",
        "if False:",
        UNKNOWN,
    ),
    Mutant(
        "the truth reads the newest event twice",
        _TRUTH,
        "self.release, self.position)",
        "self.release, self.position - 1)",
        MOVING,
    ),
)
