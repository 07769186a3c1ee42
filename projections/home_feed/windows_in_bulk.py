"""Windows and horizons from columns of history, many owners at a time.

A horizon is the highest position ever trimmed off, so it depends on what the window went through.
But it can be had without replaying that. A window holds at most N posts, so it was trimmed to
above h exactly when N + 1 posts from h upwards stood in the feed at one time; and a follow brings
the horizon of the followee's own window with it. Hence

    horizon(u, p) = the highest of
        all h such that at some position up to p the feed of u, as the rule says, held N + 1 posts
        at or above h,
        the horizons that the followees' windows had when u followed them

and the window is what is visible above it.
"""

from dataclasses import dataclass

import numpy as np

from projections.history.columns import NEVER, Column, Columns
from projections.home_feed.author_trims import trims_of

PAIRS_AT_ONCE = 400_000
"""About so many pairs of owner and post are laid out at once: some 40 MB."""

PAIRS_MAX = 4 * PAIRS_AT_ONCE
"""Where so many are not to be expected but come, the owners are taken in smaller parts."""

FIRST_REACH = 2.0
"""Posts are laid out from where this many times the window's length is to be expected."""


@dataclass(frozen=True, slots=True)
class Windows:
    """One window for each owner: `posts`, newest first, and the horizon (0: none)."""

    posts: list[Column]
    horizons: Column


@dataclass(frozen=True, slots=True)
class Sources:
    """Which authors' posts stand in which window, from `begin` to `end` (positions).

    `owner` counts from 0; `author` is an index into the people.
    """

    owner: Column
    author: Column
    begin: Column
    end: Column

    def where(self, chosen: np.ndarray) -> "Sources":
        """Some of them."""
        return Sources(
            self.owner[chosen], self.author[chosen], self.begin[chosen], self.end[chosen]
        )

    def of(self, first: int, last: int) -> "Sources":
        """The sources of owners from `first` to before `last`, as owners from 0."""
        part = slice(*np.searchsorted(self.owner, [first, last]))
        owner = self.owner[part] - first
        return Sources(owner, self.author[part], self.begin[part], self.end[part])


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Posts that ever stood in a window, by owner, newest first, and from when to when."""

    owner: Column
    post: Column
    start: Column
    end: Column

    def where(self, chosen: np.ndarray) -> "_Pairs":
        return _Pairs(self.owner[chosen], self.post[chosen], self.start[chosen], self.end[chosen])


class WindowsInBulk:
    """Computes the windows of any owners, for one length of window."""

    def __init__(self, columns: Columns, window: int) -> None:
        self._window = window
        self._stride = columns.position + 1
        assert len(columns.people) * self._stride < NEVER, "author and post fit 64 bits together"
        author = np.searchsorted(columns.people, columns.author)
        order = np.argsort(author, kind="stable")
        self._posts = columns.post
        self._author = author[order]
        self._post, self._deleted = columns.post[order], columns.deleted[order]
        self._place = self._author * self._stride + self._post
        self._first = np.searchsorted(self._author, np.arange(len(columns.people) + 1))
        self._trim_place, self._trim_horizon = self._author_horizons()

    def compute(self, sources: Sources, owners: int) -> Windows:
        """The windows of this many owners, whose sources are sorted by owner."""
        at_once = max(1, int(PAIRS_AT_ONCE / (2 * FIRST_REACH * (self._window + 1))))
        found: list[Column] = []
        horizons: list[Column] = [np.empty(0, np.int64)]
        for first in range(0, owners, at_once):
            last = min(first + at_once, owners)
            part = self._compute(sources.of(first, last), last - first)
            found += part.posts
            horizons.append(part.horizons)
        return Windows(found, np.concatenate(horizons))

    def _compute(self, sources: Sources, owners: int) -> Windows:
        ever = np.zeros(owners, np.int64)
        counts = np.diff(self._first)
        np.add.at(ever, sources.owner, counts[sources.author])
        posts: list[Column] = [np.empty(0, np.int64)] * owners
        horizons = np.zeros(owners, np.int64)
        waiting = [(np.arange(owners), FIRST_REACH * (self._window + 1))]
        while waiting:
            todo, reach = waiting.pop()
            is_todo = np.zeros(owners, bool)
            is_todo[todo] = True
            part = sources.where(is_todo[sources.owner])
            cut = self._cuts(ever, reach)
            low, counts = self._extent(part, cut)
            if counts.sum() > PAIRS_MAX and len(todo) > 1:
                waiting += [(half, reach) for half in np.array_split(todo, 2)]
                continue
            pairs = self._pairs(part, low, counts)
            lowest = self._post_after(pairs, owners, self._window + 1)
            enough = is_todo & ((lowest > 0) | (cut == 0))
            self._raise_where_removed(pairs, lowest, enough)
            self._raise_by_follows(part, lowest)
            shown = pairs.where(
                (pairs.end == NEVER) & enough[pairs.owner] & (pairs.post > lowest[pairs.owner])
            )
            bounds = np.searchsorted(shown.owner, np.arange(owners + 1))
            for owner in np.flatnonzero(enough):
                posts[owner] = shown.post[bounds[owner] : bounds[owner + 1]]
                assert len(posts[owner]) <= self._window
            horizons[enough] = lowest[enough]
            if len(rest := np.flatnonzero(is_todo & ~enough)):
                waiting.append((rest, 4 * reach))
        return Windows(posts, horizons)

    def _cuts(self, ever: Column, reach: float) -> Column:
        """For each owner a position above which about `reach` of its posts are to be expected."""
        if not len(self._posts):
            return np.zeros(len(ever), np.int64)
        share = np.minimum(1.0, reach / np.maximum(ever, 1))
        index = np.minimum((len(self._posts) * (1 - share)).astype(np.int64), len(self._posts) - 1)
        return np.where(share < 1.0, self._posts[index], 0)

    def _extent(self, sources: Sources, cut: Column) -> tuple[Column, Column]:
        """For each source where its posts above the cut begin, and how many they are."""
        low = np.searchsorted(
            self._place, sources.author * self._stride + cut[sources.owner], side="right"
        )
        return low, self._first[sources.author + 1] - low

    def _pairs(self, sources: Sources, low: Column, counts: Column) -> _Pairs:
        """Every one of these posts that ever stood in one of these windows."""
        before = np.cumsum(counts) - counts
        index = np.repeat(low - before, counts) + np.arange(counts.sum())
        post = self._post[index]
        pairs = _Pairs(
            np.repeat(sources.owner, counts),
            post,
            np.maximum(post, np.repeat(sources.begin, counts)),
            np.minimum(self._deleted[index], np.repeat(sources.end, counts)),
        )
        pairs = pairs.where(pairs.start < pairs.end)
        return pairs.where(np.argsort(pairs.owner * self._stride - pairs.post, kind="stable"))

    def _post_after(self, pairs: _Pairs, owners: int, count: int) -> Column:
        """For each owner the `count`-th newest visible post; 0 if there are fewer."""
        visible = pairs.where(pairs.end == NEVER)
        starts = np.searchsorted(visible.owner, np.arange(owners + 1))
        found = np.zeros(owners, np.int64)
        enough = np.flatnonzero(np.diff(starts) >= count)
        found[enough] = visible.post[starts[enough] + count - 1]
        return found

    def _raise_where_removed(self, pairs: _Pairs, horizons: Column, wanted: np.ndarray) -> None:
        """Raises horizons to what they were before something above them went away.

        A window is at its fullest just before something leaves it.
        """
        above = pairs.where((pairs.post > horizons[pairs.owner]) & wanted[pairs.owner])
        gone = above.where(above.end != NEVER)
        starts = np.sort(above.owner * self._stride + above.start)
        ends = np.sort(gone.owner * self._stride + gone.end)
        owners = ends // self._stride * self._stride
        stood = np.searchsorted(starts, ends) - np.searchsorted(starts, owners)
        left = np.searchsorted(ends, ends) - np.searchsorted(ends, owners)
        for owner in np.unique(ends[stood - left > self._window] // self._stride):
            horizons[owner] = self._highest_trim(above.where(above.owner == owner))

    def _highest_trim(self, pairs: _Pairs) -> int:
        """The highest post from which on upwards more posts than fit stood here at one time."""
        low, high = 0, len(pairs.post) - 1
        while low < high:
            middle = (low + high) // 2
            newest = pairs.where(np.arange(len(pairs.post)) <= middle)
            starts, ends = np.sort(newest.start), np.sort(newest.end)
            stood = np.searchsorted(starts, ends) - np.searchsorted(ends, ends)
            if stood.max() > self._window:
                high = middle
            else:
                low = middle + 1
        return int(pairs.post[low])

    def _raise_by_follows(self, sources: Sources, horizons: Column) -> None:
        """Raises horizons to those of the followees' own windows at the time of the follow."""
        if not len(self._trim_place):
            return
        at = (
            np.searchsorted(
                self._trim_place, sources.author * self._stride + sources.begin, side="right"
            )
            - 1
        )
        known = (at >= 0) & (self._trim_place[at] // self._stride == sources.author)
        np.maximum.at(horizons, sources.owner[known], self._trim_horizon[at[known]])

    def _author_horizons(self) -> tuple[Column, Column]:
        """When the horizon of an author's own window rose, and to what.

        Only of authors who deleted something: the others' horizons cannot be above that of a feed
        which all their posts are in.
        """
        counts = np.diff(self._first)
        deleters = np.unique(self._author[self._deleted != NEVER])
        places: list[int] = []
        horizons: list[int] = []
        for author in deleters[counts[deleters] > self._window]:
            part = slice(self._first[author], self._first[author + 1])
            for position, horizon in trims_of(self._post[part], self._deleted[part], self._window):
                places.append(int(author) * self._stride + position)
                horizons.append(horizon)
        return np.array(places, np.int64), np.array(horizons, np.int64)
