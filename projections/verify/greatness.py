"""Who was great in which shard when, by counting followers event by event; and what follows of it.

While an author is great, their posts stand in none of their followers' stored feeds: so every
follow falls into parts that are stored and parts that readers merge.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from projections.placement import indices_of
from projections.shards import Generation, Shard
from projections.verify.truth import STILL, Numbers, Truth


@dataclass(frozen=True, slots=True)
class Follows:
    """Who followed whom from when to when, by follower."""

    follower: Numbers
    followee: Numbers
    begin: Numbers
    end: Numbers

    def where(self, chosen: np.ndarray) -> "Follows":
        """Some of them, by a mask or by index."""
        return Follows(
            self.follower[chosen], self.followee[chosen], self.begin[chosen], self.end[chosen]
        )

    def cut(self, begin: Numbers, end: Numbers) -> "Follows":
        """With other ends; what holds no position any more is left out."""
        return Follows(self.follower, self.followee, begin, end).where(begin < end)


class GreatAuthors:
    """Of one generation. `truth` may advance meanwhile."""

    def __init__(self, truth: Truth, generation: Generation) -> None:
        self._truth = truth
        self._generation = generation
        self._arranged_for = -1
        self._known: dict[tuple[int, int], tuple[int, list[tuple[int, int]]]] = {}
        self._spans: dict[tuple[int, int], list[tuple[int, int]]] = {}
        self._stored = self._merged = _all_follows(truth)

    def stored(self) -> Follows:
        """The follows through which posts stand in stored feeds."""
        self._arrange()
        return self._stored

    def ever_great(self, shard: Shard) -> Numbers:
        """Everyone who was great in the shard at any time."""
        self._arrange()
        return np.array(sorted(one for index, one in self._spans if index == shard.index), np.int64)

    def great_since(self, shard: Shard, author: int, position: int) -> int:
        """Since when an author is great in the shard, as of a position; 0 if they are not."""
        self._arrange()
        spans = self._spans.get((shard.index, author), [])
        return next((begin for begin, end in spans if begin <= position < end), 0)

    def followers_ever(self) -> Numbers:
        """Everyone who ever followed somebody who was great."""
        self._arrange()
        return np.unique(self._merged.follower)

    def followees(
        self, shard: Shard, people: Numbers, position: int
    ) -> tuple[Numbers, Numbers, Numbers]:
        """The great authors whom these people follow: (index in people, author, since when).

        Nothing of who is not in the shard.
        """
        self._arrange()
        merged = self._merged
        stands = (merged.begin <= position) & (merged.end > position)
        standing = merged.where(stands & np.isin(merged.follower, people))
        order = np.argsort(people, kind="stable")
        owner = order[np.searchsorted(people[order], standing.follower)]
        here = indices_of(shard.generation, standing.follower) == shard.index
        return owner[here], standing.followee[here], standing.begin[here]

    def _arrange(self) -> None:
        truth = self._truth
        if self._arranged_for == truth.revision:
            return
        follows = _all_follows(truth)
        self._spans = {}
        parts = [follows]
        merged = [follows.where(np.zeros(len(follows.follower), bool))]
        if self._generation.great.is_possible and len(follows.follower):
            parts = self._part(follows, merged)
        self._stored, self._merged = _joined(parts), _joined(merged)
        self._arranged_for = truth.revision

    def _part(self, follows: Follows, merged: list[Follows]) -> list[Follows]:
        """What is stored; what is merged is appended to the list."""
        home = indices_of(self._generation, follows.follower)
        is_ordinary = np.ones(len(follows.follower), bool)
        stored: list[Follows] = []
        for index, author, rows in self._followed_by_many(follows, home):
            theirs = follows.where(rows)
            spans = self._spans_of(index, author, theirs)
            if not spans:
                continue
            self._spans[index, author] = spans
            is_ordinary[rows] = False
            for begin, end in spans:
                stored.append(theirs.cut(theirs.begin, np.minimum(theirs.end, begin)))
                theirs = theirs.cut(np.maximum(theirs.begin, begin), theirs.end)
                merged.append(theirs.cut(theirs.begin, np.minimum(theirs.end, end)))
                theirs = theirs.cut(np.maximum(theirs.begin, end), theirs.end)
            stored.append(theirs)
        return [follows.where(is_ordinary), *stored]

    def _followed_by_many(
        self, follows: Follows, home: Numbers
    ) -> Iterator[tuple[int, int, Numbers]]:
        """Shard, author, and the rows of whoever followed them, where it can have been enough."""
        shards = self._generation.shards
        place = follows.followee * shards + home
        order = np.argsort(place, kind="stable")
        places, first, counts = np.unique(place[order], return_index=True, return_counts=True)
        many = counts >= self._generation.great.begins_at
        for one, low, count in zip(
            places[many].tolist(), first[many].tolist(), counts[many].tolist(), strict=True
        ):
            yield one % shards, one // shards, order[low : low + count]

    def _spans_of(self, index: int, author: int, theirs: Follows) -> list[tuple[int, int]]:
        """From when to before when they were great; kept until something new happens."""
        gone = theirs.end[theirs.end != STILL]
        happened = len(theirs.begin) + len(gone)
        key = index, author
        if self._known.get(key, (0, []))[0] != happened:
            moments = [(position, 1) for position in theirs.begin.tolist()]
            moments += [(position, -1) for position in gone.tolist()]
            self._known[key] = happened, self._count(sorted(moments))
        return self._known[key][1]

    def _count(self, moments: list[tuple[int, int]]) -> list[tuple[int, int]]:
        great = self._generation.great
        followers, since, spans = 0, 0, list[tuple[int, int]]()
        for position, change in moments:
            followers += change
            if not since and followers >= great.begins_at:
                since = position
            elif since and followers <= great.ends_at:
                spans.append((since, position))
                since = 0
        return [*spans, (since, STILL)] if since else spans


def _all_follows(truth: Truth) -> Follows:
    return Follows(truth.follower, truth.followee, truth.begin, truth.end)


def _joined(parts: list[Follows]) -> Follows:
    """All of them, by follower."""
    if len(parts) == 1:
        return parts[0]
    follower = np.concatenate([part.follower for part in parts])
    order = np.argsort(follower, kind="stable")
    return Follows(
        follower[order],
        np.concatenate([part.followee for part in parts])[order],
        np.concatenate([part.begin for part in parts])[order],
        np.concatenate([part.end for part in parts])[order],
    )
