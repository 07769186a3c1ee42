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
from projections.packed import pack
from projections.placement import indices_of
from projections.scripts import script_text
from projections.shards import Shard
from projections.verify.errors import CannotTell
from projections.verify.expected import ExpectedAnswers
from projections.verify.findings import What
from projections.verify.items import (
    WRONG_TYPE,
    Flaw,
    Look,
    Verdict,
    Write,
    flaws_of_list,
    rewrite,
)
from projections.verify.oracle import Oracle, Window
from projections.verify.rows import NO_NUMBER, Rows, numbers_in, read_rows
from projections.verify.truth import Numbers, is_in
from projections.verify.warmth import reads_warmth, since_in
from projections.whole_answers import strings_at

NOTHING = Window(np.empty(0, np.int64), 0)

HORIZONS = script_text("projections.verify", "horizons", "read")


class Windows:
    """Home feeds, or authors' own windows, with their horizons."""

    def __init__(
        self,
        name: Literal["feed", "author window"],
        oracle: Oracle,
        expected: ExpectedAnswers,
    ) -> None:
        self.name: str = name
        self._follows = name == "feed"
        self._lists = FEEDS if self._follows else AUTHOR_WINDOWS
        self._horizons = FEED_HORIZONS if self._follows else AUTHOR_HORIZONS
        self.hash: str | None = self._horizons
        self._oracle = oracle
        self._expected = expected

    def owners(self, shard: Shard) -> Numbers:
        """Every shard keeps the windows of all authors, and the feeds of its people."""
        people = self._oracle.truth.people
        return people_of(shard, people) if self._follows else people

    def owners_of(self, keys: Sequence[bytes]) -> list[int | None]:
        """Whose windows these keys hold."""
        return owners_in(keys, self._lists)

    def reads(self, shard: Shard, owners: Sequence[int]) -> Iterator[bytes]:
        """Horizons; of feeds, who is cold; then lists as far as they are windows."""
        window = shard.generation.window
        where = shard.tag, self._lists, self._horizons
        yield pack(("EVAL", HORIZONS, 0, *where, window, *owners))
        if self._follows:
            yield reads_warmth(shard, owners)
        yield from _read_lists(shard, self._lists, owners, window - 1)

    def doubtful(self, shard: Shard, looks: Sequence[Look]) -> Sequence[Look]:
        """Where a horizon is not right, or a list not exactly what stands above it."""
        read = [strings_at(look.whole, 0) for look in looks]
        owners = np.array([owner for look in looks for owner in look.owners], np.int64)
        if not all(read) or not self._at_home(shard, owners).all():
            return looks
        ends = [end for _, end in filter(None, read)]
        horizons = [one or b"0" for horizons, _ in filter(None, read) for one in horizons]
        below = read_rows([horizons]).numbers
        since = np.zeros(len(owners), np.int64)
        if self._follows:
            warmth = [strings_at(look.whole, end) for look, end in zip(looks, ends, strict=True)]
            if not all(warmth):
                return looks
            ends = [end for _, end in filter(None, warmth)]
            since = since_in([one for found, _ in filter(None, warmth) for one in found], shard)
        rows, right = self._oracle.expect(
            owners, below, looks[0].position, follows=self._follows, since=since
        )
        return _unlike(looks, ends, self._expected.lists(rows), right)

    def judge(
        self, shard: Shard, owners: Sequence[int], answers: list[Any], position: int
    ) -> list[Verdict]:
        """Posts and horizons, exactly."""
        horizons, *lists = answers
        since = np.zeros(len(owners), np.int64)
        if self._follows:
            warmth, *lists = lists
            since = since_in(warmth, shard)
        if horizons is WRONG_TYPE:
            raise CannotTell(f"{shard.tag}{self._horizons} is no hash: delete it, and repair")
        posts = read_rows(lists)
        below = numbers_in([horizon or b"0" for horizon in horizons])
        numbers = np.array(owners, np.int64)
        right = self._oracle.accept(
            numbers, posts, below, position, follows=self._follows, since=since
        )
        at_home = self._at_home(shard, numbers)
        wrong = np.flatnonzero(~np.where(at_home, right, posts.sizes + below == 0)).tolist()
        windows = posts.each() if wrong else []
        return [
            self._verdict(
                owners[at],
                Window(windows[at], int(below[at])),
                self._right(owners[at], position, int(since[at])) if at_home[at] else NOTHING,
                position,
            )
            for at in wrong
        ]

    def _right(self, owner: int, position: int, since: int) -> Window:
        return self._oracle.exact(owner, position, follows=self._follows, since=since)

    def _at_home(self, shard: Shard, owners: Numbers) -> np.ndarray:
        """Whose windows of these history puts into the shard."""
        at_home = is_in(self._oracle.truth.people, owners)
        if self._follows:
            at_home &= indices_of(shard.generation, owners) == shard.index
        return at_home

    def _verdict(self, owner: int, live: Window, right: Window, position: int) -> Verdict:
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
        expected: ExpectedAnswers,
    ) -> None:
        self.name = name
        self.hash: str | None = None
        self._owners = owners
        self._prefix = prefix
        self._right = right
        self._expected = expected

    def owners(self, shard: Shard) -> Numbers:
        """Whose lists may stand in the shard."""
        return self._owners(shard)

    def owners_of(self, keys: Sequence[bytes]) -> list[int | None]:
        """Whose lists these keys hold."""
        return owners_in(keys, self._prefix)

    def reads(self, shard: Shard, owners: Sequence[int]) -> Iterator[bytes]:
        """The lists."""
        yield from _read_lists(shard, self._prefix, owners)

    def doubtful(self, shard: Shard, looks: Sequence[Look]) -> Sequence[Look]:
        """Where a list is not exactly the right one."""
        owners = np.array([owner for look in looks for owner in look.owners], np.int64)
        right = self._right(shard, owners, looks[0].position)
        everything = np.ones(len(owners), bool)
        return _unlike(looks, [0] * len(looks), self._expected.lists(right), everything)

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


def _unlike(
    looks: Sequence[Look], begins: Sequence[int], lists: Sequence[bytes], right: np.ndarray
) -> list[Look]:
    """The looks whose answers from `begin` on are not these lists, or with an owner not `right`."""
    found: list[Look] = []
    at = 0
    for look, begin in zip(looks, begins, strict=True):
        to = at + len(look.owners)
        if not right[at:to].all() or look.whole[begin:] != b"".join(lists[at:to]):
            found.append(look)
        at = to
    return found


def _read_lists(
    shard: Shard, prefix: str, owners: Sequence[int], last: int = -1
) -> Iterator[bytes]:
    head, to = f"{shard.tag}{prefix}".encode(), b"%d" % last
    end = b"$1\r\n0\r\n$%d\r\n%s\r\n" % (len(to), to)
    for owner in owners:
        key = b"%s%d" % (head, owner)
        yield b"*4\r\n$6\r\nLRANGE\r\n$%d\r\n%s\r\n%s" % (len(key), key, end)


def people_of(shard: Shard, numbers: Numbers) -> Numbers:
    """Those of these people or posts whose slice is this shard, in the same order."""
    return numbers[indices_of(shard.generation, numbers) == shard.index]


def owners_in(keys: Sequence[bytes], prefix: str) -> list[int | None]:
    """The number behind this prefix in each key; None where the key is another."""
    head, start = prefix.encode(), len(prefix)
    is_ours = [key.startswith(head) for key in keys]
    ours = [key[start:] for key, one in zip(keys, is_ours, strict=True) if one]
    numbers = iter(read_rows([ours]).numbers.tolist())
    found = (next(numbers) if one else NO_NUMBER for one in is_ours)
    return [None if number == NO_NUMBER else number for number in found]
