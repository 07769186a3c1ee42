"""When the horizon of an author's own window rose, by going through it post by post.

Only of authors who deleted something after they had filled a window: the horizons of all others
are no higher than what the crowd in a follower's feed says by itself.
"""

from bisect import insort

import numpy as np

from projections.verify.truth import STILL, Numbers


class AuthorTrims:
    """For one length of window. What is known of an author is kept until something new happens."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._known: dict[int, tuple[int, list[tuple[int, int]]]] = {}
        self._author: Numbers = np.empty(0, np.int64)
        self._position: Numbers = np.empty(0, np.int64)
        self._horizon: Numbers = np.empty(0, np.int64)
        self._stride = 1

    def update(self, author: Numbers, post: Numbers, deleted: Numbers) -> None:
        """Takes all posts, sorted by author, then number."""
        rows: list[tuple[int, int, int]] = []
        deleters = np.unique(author[deleted != STILL])
        low = np.searchsorted(author, deleters)
        high = np.searchsorted(author, deleters, side="right")
        long = high - low > self._window
        for one, first, last in zip(
            deleters[long].tolist(), low[long].tolist(), high[long].tolist(), strict=True
        ):
            posts, ends = post[first:last], deleted[first:last]
            happened = len(posts) + int((ends != STILL).sum())
            if self._known.get(one, (0, []))[0] != happened:
                self._known[one] = happened, self._go_through(posts, ends)
            rows += [(one, position, horizon) for position, horizon in self._known[one][1]]
        table = np.array(rows, np.int64).reshape(-1, 3)
        self._author, self._position, self._horizon = table[:, 0], table[:, 1], table[:, 2]
        self._stride = int(max(self._position, default=0)) + 1

    def horizons_at(self, author: Numbers, position: Numbers) -> Numbers:
        """The horizon of each author's own window as of each position; 0 where there was none."""
        places = self._author * self._stride + self._position
        wanted = author * self._stride + np.minimum(position, self._stride - 1)
        at = np.searchsorted(places, wanted, side="right") - 1
        known = at >= 0
        known[known] &= self._author[at[known]] == author[known]
        found = np.zeros(len(author), np.int64)
        found[known] = self._horizon[at[known]]
        return found

    def _go_through(self, posts: Numbers, ends: Numbers) -> list[tuple[int, int]]:
        moments = [(post, post, True) for post in posts.tolist()]
        moments += [
            (end, post, False)
            for post, end in zip(posts.tolist(), ends.tolist(), strict=True)
            if end != STILL
        ]
        window: list[int] = []
        trims: list[tuple[int, int]] = []
        for position, post, comes in sorted(moments):
            if comes:
                insort(window, post)
                if len(window) > self._window:
                    trims.append((position, window.pop(0)))
            elif post in window:
                window.remove(post)
        return trims
