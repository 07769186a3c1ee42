"""Who follows whom, as lists of people's numbers."""

import numpy as np

from projections.placement import indices_of
from projections.shards import Shard
from projections.verify.oracle import ranges
from projections.verify.rows import Rows, rows_of
from projections.verify.truth import Numbers, Truth


class Follows:
    """Who follows whom, as the lists of home feed and profiles have to say it.

    Each method answers for many people at once, one list for each.
    """

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self._arranged_for = -1
        self._by_followee: Numbers = np.empty(0, np.int64)
        self._sorted_followees: Numbers = np.empty(0, np.int64)

    def audience(
        self, shard: Shard, followees: Numbers, position: int
    ) -> tuple[Numbers, Numbers, Numbers]:
        """The followers among this shard's people: (index in followees, follower, since when)."""
        owner, rows = self._standing(*self._rows_of_followees(followees), position)
        follower, begin = self._truth.follower[rows], self._truth.begin[rows]
        here = indices_of(shard.generation, follower) == shard.index
        return owner[here], follower[here], begin[here]

    def followed_by(self, shard: Shard, people: Numbers, position: int) -> Rows:
        """Everyone whom these people follow, if they are in the shard, in the order in which they
        followed."""
        owner, rows = _rows(self._truth.follower, people)
        owner, rows = self._standing(owner, rows, position)
        here = (indices_of(shard.generation, people) == shard.index)[owner]
        owner, rows = owner[here], rows[here]
        order = np.lexsort((self._truth.begin[rows], owner))
        return rows_of(owner[order], self._truth.followee[rows][order], len(people))

    def followers(self, shard: Shard, people: Numbers, position: int) -> Rows:
        """Everyone who follows these people, if they are in the shard; newest member first."""
        owner, rows = self._standing(*self._rows_of_followees(people), position)
        return _newest_first(shard, people, owner, self._truth.follower[rows])

    def followees(self, shard: Shard, people: Numbers, position: int) -> Rows:
        """Everyone whom these people follow, likewise."""
        owner, rows = _rows(self._truth.follower, people)
        owner, rows = self._standing(owner, rows, position)
        return _newest_first(shard, people, owner, self._truth.followee[rows])

    def _standing(self, owner: Numbers, rows: Numbers, position: int) -> tuple[Numbers, Numbers]:
        truth = self._truth
        stands = (truth.begin[rows] <= position) & (truth.end[rows] > position)
        return owner[stands], rows[stands]

    def _rows_of_followees(self, followees: Numbers) -> tuple[Numbers, Numbers]:
        if self._arranged_for != self._truth.revision:
            self._by_followee = np.argsort(self._truth.followee, kind="stable")
            self._sorted_followees = self._truth.followee[self._by_followee]
            self._arranged_for = self._truth.revision
        owner, rows = _rows(self._sorted_followees, followees)
        return owner, self._by_followee[rows]


def _rows(column: Numbers, wanted: Numbers) -> tuple[Numbers, Numbers]:
    """Which rows of a sorted column hold each of these numbers: (index in wanted, row)."""
    low = np.searchsorted(column, wanted)
    high = np.searchsorted(column, wanted, side="right")
    return np.repeat(np.arange(len(wanted)), high - low), ranges(low, high)


def _newest_first(shard: Shard, people: Numbers, owner: Numbers, members: Numbers) -> Rows:
    here = (indices_of(shard.generation, people) == shard.index)[owner]
    order = np.lexsort((-members[here], owner[here]))
    return rows_of(owner[here][order], members[here][order], len(people))
