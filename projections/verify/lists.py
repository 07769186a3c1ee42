"""Items that are lists of numbers: feeds and authors' windows, followers and followees."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

import numpy as np

from projections.home_feed.keys import (
    AUTHOR_HORIZONS,
    AUTHOR_WINDOWS,
    FEED_HORIZONS,
    FEEDS,
)
from projections.packed import Argument
from projections.placement import indices_of
from projections.scripts import script_text
from projections.shards import Shard
from projections.verify.errors import CannotTell
from projections.verify.findings import What
from projections.verify.items import (
    WRONG_TYPE,
    Flaw,
    Verdict,
    Write,
    flaws_of_list,
    number_in,
    rewrite,
)
from projections.verify.oracle import Oracle, Window, ranges
from projections.verify.rows import Rows, numbers_in, read_rows, rows_of
from projections.verify.truth import Numbers, Truth

HORIZONS = script_text("projections.verify", "horizons", "read")


class Windows:
    """Home feeds, or authors' own windows, with their horizons."""

    def __init__(self, name: Literal["feed", "author window"], oracle: Oracle) -> None:
        self.name: str = name
        self._follows = name == "feed"
        self._lists = FEEDS if self._follows else AUTHOR_WINDOWS
        self._horizons = FEED_HORIZONS if self._follows else AUTHOR_HORIZONS
        self.hash: str | None = self._horizons
        self._oracle = oracle

    def owners(self, shard: Shard) -> Numbers:
        """Every shard keeps the windows of all authors, and the feeds of its people."""
        people = self._oracle.truth.people
        return people_of(shard, people) if self._follows else people

    def owners_of(self, keys: Sequence[bytes]) -> list[int | None]:
        """Whose windows these keys hold."""
        return owners_in(keys, self._lists)

    def reads(self, shard: Shard, owners: Sequence[int]) -> Iterator[Sequence[Argument]]:
        """Lists as far as they are windows, then horizons."""
        window = shard.generation.window
        yield from _read_lists(shard, self._lists, owners, window - 1)
        yield "EVAL", HORIZONS, 0, shard.tag, self._lists, self._horizons, window, *owners

    def judge(
        self, shard: Shard, owners: Sequence[int], answers: list[Any], position: int
    ) -> list[Verdict]:
        """Posts and horizons, exactly."""
        *lists, horizons = answers
        if horizons is WRONG_TYPE:
            raise CannotTell(f"{shard.tag}{self._horizons} is no hash: delete it, and repair")
        posts = read_rows(lists)
        below = numbers_in([horizon or b"0" for horizon in horizons])
        numbers = np.array(owners, np.int64)
        right = self._oracle.accept(numbers, posts, below, position, follows=self._follows)
        at_home = np.isin(numbers, self.owners(shard))
        wrong = np.flatnonzero(~np.where(at_home, right, posts.sizes + below == 0)).tolist()
        windows = posts.each() if wrong else []
        return [
            self._verdict(
                owners[at], Window(windows[at], int(below[at])), position, belongs=bool(at_home[at])
            )
            for at in wrong
        ]

    def _verdict(self, owner: int, live: Window, position: int, *, belongs: bool) -> Verdict:
        right = Window(np.empty(0, np.int64), 0)
        if belongs:
            right = self._oracle.exact(owner, position, follows=self._follows)
        flaws = flaws_of_list(live.posts, right.posts)
        if live.horizon != right.horizon:
            flaws.append(Flaw(What.HORIZON, 0, str(live.horizon), str(right.horizon)))
        assert flaws, f"the oracle contradicts itself over {self.name} of {owner} as of {position}"
        writes = list(rewrite(f"{self._lists}{owner}", right.posts))
        if right.horizon:
            writes.append(("HSET", self._horizons, (owner, right.horizon)))
        else:
            writes.append(("HDEL", self._horizons, (owner,)))
        return Verdict(owner, flaws, writes)


class Lists:
    """Lists whose right content is asked of a function: followers and followees."""

    def __init__(
        self,
        name: str,
        prefix: str,
        owners: Callable[[Shard], Numbers],
        right: Callable[[Shard, Numbers, int], Rows],
    ) -> None:
        self.name = name
        self.hash: str | None = None
        self._owners = owners
        self._prefix = prefix
        self._right = right

    def owners(self, shard: Shard) -> Numbers:
        """Whose lists may stand in the shard."""
        return self._owners(shard)

    def owners_of(self, keys: Sequence[bytes]) -> list[int | None]:
        """Whose lists these keys hold."""
        return owners_in(keys, self._prefix)

    def reads(self, shard: Shard, owners: Sequence[int]) -> Iterator[Sequence[Argument]]:
        """The lists."""
        yield from _read_lists(shard, self._prefix, owners)

    def judge(
        self, shard: Shard, owners: Sequence[int], answers: list[Any], position: int
    ) -> list[Verdict]:
        """Members and their order, exactly."""
        live_rows = read_rows(answers)
        right_rows = self._right(shard, np.array(owners, np.int64), position)
        if live_rows.equal(right_rows):
            return []
        verdicts: list[Verdict] = []
        for owner, live, right in zip(owners, live_rows.each(), right_rows.each(), strict=True):
            if not np.array_equal(live, right):
                writes: list[Write] = list(rewrite(f"{self._prefix}{owner}", right))
                verdicts.append(Verdict(owner, flaws_of_list(live, right), writes))
        return verdicts


class Follows:
    """Who follows whom, as the lists of home feed and profiles have to say it.

    Each method answers for many people at once, one list for each.
    """

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self._arranged_for = -1
        self._by_followee: Numbers = np.empty(0, np.int64)
        self._sorted_followees: Numbers = np.empty(0, np.int64)

    def audience(self, shard: Shard, followees: Numbers, position: int) -> Rows:
        """The followers among this shard's people, in the order in which they followed."""
        owner, rows = self._standing(*self._rows_of_followees(followees), position)
        follower, begin = self._truth.follower[rows], self._truth.begin[rows]
        here = indices_of(shard.generation, follower) == shard.index
        order = np.lexsort((begin[here], owner[here]))
        return rows_of(owner[here][order], follower[here][order], len(followees))

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


def _read_lists(
    shard: Shard, prefix: str, owners: Sequence[int], last: int = -1
) -> Iterator[Sequence[Argument]]:
    for owner in owners:
        yield "LRANGE", f"{shard.tag}{prefix}{owner}", 0, last


def people_of(shard: Shard, numbers: Numbers) -> Numbers:
    """Those of these people or posts whose slice is this shard, in the same order."""
    return numbers[indices_of(shard.generation, numbers) == shard.index]


def owners_in(keys: Sequence[bytes], prefix: str) -> list[int | None]:
    """The number behind this prefix in each key; None where the key is another."""
    head, start = prefix.encode(), len(prefix)
    return [number_in(key[start:]) if key.startswith(head) else None for key in keys]
