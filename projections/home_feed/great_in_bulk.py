"""Who was great when, from columns of history, and what that makes of each follow.

To a stored feed it is the same whether its owner unfollows an author or the author becomes great,
and whether the owner follows them or they cease to be great. So each follow falls into parts: those
in which the author's posts stand in the feed, and those in which readers merge them in.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from projections.greatness import Greatness
from projections.history.columns import NEVER, Column, Columns

Span = tuple[int, int]
"""From a position to before another, or to NEVER."""


@dataclass(frozen=True, slots=True)
class Follows:
    """Intervals in which one person followed another, by follower."""

    follower: Column
    followee: Column
    begin: Column
    end: Column

    def where(self, chosen: np.ndarray) -> "Follows":
        """Some of them, by a mask or by index."""
        return Follows(
            self.follower[chosen], self.followee[chosen], self.begin[chosen], self.end[chosen]
        )

    def within(self, span: Span) -> "Follows":
        """The parts of them that lie in a span."""
        begin, end = np.maximum(self.begin, span[0]), np.minimum(self.end, span[1])
        return Follows(self.follower, self.followee, begin, end).where(begin < end)


@dataclass(frozen=True, slots=True)
class Parted:
    """The follows of one shard's people, those in `stored` and those in `merged` feeds.

    `great`: who is great there at the end of history, and since which position.
    """

    stored: Follows
    merged: Follows
    great: dict[int, int]


def all_follows(columns: Columns) -> Follows:
    """Of everybody."""
    return Follows(columns.follower, columns.followee, columns.begin, columns.end)


def parted(follows: Follows, greatness: Greatness) -> Parted:
    """What greatness makes of the follows of one shard's people."""
    nothing = follows.where(np.zeros(len(follows.follower), bool))
    if not greatness.is_possible:
        return Parted(follows, nothing, {})
    by_author = {
        author: (theirs, spans)
        for author, theirs in _by_author(follows, greatness.begins_at)
        if (spans := _great(theirs, greatness))
    }
    if not by_author:
        return Parted(follows, nothing, {})
    ordinary = follows.where(~np.isin(follows.followee, list(by_author)))
    between = [
        theirs.within(span) for theirs, spans in by_author.values() for span in _between(spans)
    ]
    merged = [theirs.within(span) for theirs, spans in by_author.values() for span in spans]
    last = {author: spans[-1] for author, (_, spans) in by_author.items()}
    great = {author: begin for author, (begin, end) in last.items() if end == NEVER}
    return Parted(_joined([ordinary, *between]), _joined(merged), great)


def _by_author(follows: Follows, least: int) -> Iterator[tuple[int, Follows]]:
    """The follows of each author who was followed at least so many times."""
    followees, times = np.unique(follows.followee, return_counts=True)
    chosen = follows.where(np.isin(follows.followee, followees[times >= least]))
    chosen = chosen.where(np.argsort(chosen.followee, kind="stable"))
    authors, first = np.unique(chosen.followee, return_index=True)
    ends = [*first[1:].tolist(), len(chosen.followee)]
    for author, low, high in zip(authors.tolist(), first.tolist(), ends, strict=False):
        yield author, chosen.where(np.arange(low, high))


def _great(theirs: Follows, greatness: Greatness) -> list[Span]:
    """When the author whom all these follow was great."""
    gone = theirs.end[theirs.end != NEVER]
    position = np.concatenate((theirs.begin, gone))
    change = np.concatenate((np.ones_like(theirs.begin), -np.ones_like(gone)))
    order = np.argsort(position)
    position, change = position[order], change[order]
    count = np.cumsum(change)
    begins = position[(count == greatness.begins_at) & (change > 0)]
    ends = position[(count == greatness.ends_at) & (change < 0)]
    spans: list[Span] = []
    at = 0
    while (later := np.searchsorted(begins, at)) < len(begins):
        begin = int(begins[later])
        after = np.searchsorted(ends, begin)
        at = int(ends[after]) if after < len(ends) else NEVER
        spans.append((begin, at))
    return spans


def _between(spans: Sequence[Span]) -> Iterator[Span]:
    """Before, between and after these."""
    at = 0
    for begin, end in spans:
        yield at, begin
        at = end
    yield at, NEVER


def _joined(parts: Sequence[Follows]) -> Follows:
    """All of them, by follower, then by begin."""
    follower = np.concatenate([part.follower for part in parts])
    begin = np.concatenate([part.begin for part in parts])
    every = Follows(
        follower,
        np.concatenate([part.followee for part in parts]),
        begin,
        np.concatenate([part.end for part in parts]),
    )
    return every.where(np.lexsort((begin, follower)))
