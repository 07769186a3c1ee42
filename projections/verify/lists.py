"""Items that are lists of numbers: feeds and authors' windows, followers and followees."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
from redis.client import Pipeline

from projections.home_feed.keys import (
    AUTHOR_HORIZONS,
    AUTHOR_WINDOWS,
    FEED_HORIZONS,
    FEEDS,
)
from projections.placement import indices_of
from projections.shards import Shard
from projections.verify.findings import What
from projections.verify.items import (
    Flaw,
    Verdict,
    Write,
    flaws_of_list,
    numbers_in,
    rewrite,
)
from projections.verify.oracle import Oracle, Window
from projections.verify.truth import Numbers, Truth


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

    def owner_of(self, key: bytes) -> int | None:
        """Whose window this key holds."""
        return owner_in(key, self._lists)

    def read(self, pipe: Pipeline, shard: Shard, owners: Sequence[int]) -> None:
        """Lists, then horizons."""
        for owner in owners:
            pipe.lrange(f"{shard.tag}{self._lists}{owner}", 0, -1)
        pipe.hmget(f"{shard.tag}{self._horizons}", [str(owner) for owner in owners])

    def judge(
        self, shard: Shard, owners: Sequence[int], answers: list[Any], position: int
    ) -> list[Verdict]:
        """Posts and horizons, exactly."""
        windows = [
            Window(numbers_in(entries), int(numbers_in([horizon or b"0"])[0]))
            for entries, horizon in zip(answers[:-1], answers[-1], strict=True)
        ]
        numbers = np.array(owners, np.int64)
        right = self._oracle.accept(numbers, windows, position, follows=self._follows)
        at_home = np.isin(numbers, self.owners(shard))
        is_empty = np.array([len(window.posts) + window.horizon == 0 for window in windows])
        wrong = np.flatnonzero(~np.where(at_home, right, is_empty))
        return [
            self._verdict(owners[at], windows[at], position, belongs=bool(at_home[at]))
            for at in wrong.tolist()
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
        right: Callable[[Shard, int, int], Numbers],
    ) -> None:
        self.name = name
        self.hash: str | None = None
        self._owners = owners
        self._prefix = prefix
        self._right = right

    def owners(self, shard: Shard) -> Numbers:
        """Whose lists may stand in the shard."""
        return self._owners(shard)

    def owner_of(self, key: bytes) -> int | None:
        """Whose list this key holds."""
        return owner_in(key, self._prefix)

    def read(self, pipe: Pipeline, shard: Shard, owners: Sequence[int]) -> None:
        """The lists."""
        for owner in owners:
            pipe.lrange(f"{shard.tag}{self._prefix}{owner}", 0, -1)

    def judge(
        self, shard: Shard, owners: Sequence[int], answers: list[Any], position: int
    ) -> list[Verdict]:
        """Members and their order, exactly."""
        verdicts: list[Verdict] = []
        for owner, entries in zip(owners, answers, strict=True):
            live, right = numbers_in(entries), self._right(shard, owner, position)
            if not np.array_equal(live, right):
                writes: list[Write] = list(rewrite(f"{self._prefix}{owner}", right))
                verdicts.append(Verdict(owner, flaws_of_list(live, right), writes))
        return verdicts


class Follows:
    """Who follows whom, as the lists of home feed and profiles have to say it."""

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self._arranged_for = -1
        self._by_followee: Numbers = np.empty(0, np.int64)

    def audience(self, shard: Shard, followee: int, position: int) -> Numbers:
        """The followers among this shard's people, in the order in which they followed."""
        rows = self._standing(self._rows_of_followee(followee), position)
        rows = rows[np.argsort(self._truth.begin[rows])]
        return people_of(shard, self._truth.follower[rows])

    def followers(self, shard: Shard, person: int, position: int) -> Numbers:
        """Everyone who follows this person, if they are in the shard; newest member first."""
        rows = self._standing(self._rows_of_followee(person), position)
        return _newest_first(shard, person, self._truth.follower[rows])

    def followees(self, shard: Shard, person: int, position: int) -> Numbers:
        """Everyone whom this person follows, likewise."""
        rows = np.arange(*np.searchsorted(self._truth.follower, [person, person + 1]))
        return _newest_first(shard, person, self._truth.followee[self._standing(rows, position)])

    def _standing(self, rows: Numbers, position: int) -> Numbers:
        truth = self._truth
        return rows[(truth.begin[rows] <= position) & (truth.end[rows] > position)]

    def _rows_of_followee(self, followee: int) -> Numbers:
        if self._arranged_for != self._truth.position:
            self._by_followee = np.argsort(self._truth.followee, kind="stable")
            self._sorted = self._truth.followee[self._by_followee]
            self._arranged_for = self._truth.position
        low, high = np.searchsorted(self._sorted, [followee, followee + 1])
        return self._by_followee[low:high]


def people_of(shard: Shard, numbers: Numbers) -> Numbers:
    """Those of these people or posts whose slice is this shard, in the same order."""
    return numbers[indices_of(shard.generation, numbers) == shard.index]


def owner_in(key: bytes, prefix: str) -> int | None:
    """The number behind this prefix; None if the key is another."""
    number = key.removeprefix(prefix.encode())
    return int(number) if number != key and number.isdigit() else None


def _newest_first(shard: Shard, person: int, members: Numbers) -> Numbers:
    if shard.generation.index_of(person) != shard.index:
        return members[:0]
    return np.sort(members)[::-1]
