"""The oracle: what every window has to be, as of any position, from history alone.

It decides in two steps. `expect` says of many windows at once what they have to hold above the
horizons that they have, and which of these horizons are right. Only where one is not, or something
else is held, is the right window computed.

A horizon is right if it is the highest post that was ever trimmed off or taken over with a follow.
Trimmed to above h means that more posts than fit stood in the feed at one time from h upwards: so
the crowd above the horizon never was larger than the window, and with the post at the horizon it
once was; unless the horizon came with a follow.
"""

from dataclasses import dataclass

import numpy as np

from projections.verify.greatness import GreatAuthors
from projections.verify.rows import Rows, joined
from projections.verify.trims import AuthorTrims
from projections.verify.truth import STILL, Numbers, Truth

APPEARANCES_MAX = 2_000_000
"""Owners for whom more posts than this have to be laid out are taken in smaller parts."""


@dataclass(frozen=True, slots=True)
class Window:
    """Posts, newest first, and the horizon."""

    posts: Numbers
    horizon: int


@dataclass(frozen=True, slots=True)
class _Appearances:
    """Posts in feeds, one row for every span in which one stood there: [start, end) positions."""

    owner: Numbers
    post: Numbers
    start: Numbers
    end: Numbers

    def where(self, chosen: np.ndarray) -> "_Appearances":
        if chosen.all():
            return self
        return _Appearances(
            self.owner[chosen], self.post[chosen], self.start[chosen], self.end[chosen]
        )


@dataclass(frozen=True, slots=True)
class _Subscriptions:
    """Whose posts stand in a stored feed, and from when to when; one's own from ever for ever.

    `owner` counts from 0, `author` is an index into the people.
    """

    owner: Numbers
    author: Numbers
    begin: Numbers
    end: Numbers


class Oracle:
    """For one shape of a generation. `truth` may advance meanwhile."""

    def __init__(self, truth: Truth, window: int, great: GreatAuthors) -> None:
        self.truth = truth
        self._window = window
        self._great = great
        self._arranged_for = -1
        self._trims = AuthorTrims(window)

    def expect(
        self,
        owners: Numbers,
        horizons: Numbers,
        position: int,
        *,
        follows: bool,
        since: Numbers | None = None,
    ) -> tuple[Rows, np.ndarray]:
        """What these windows have to hold as of this position, newest first, if the horizons are
        right; and which of the horizons are.

        `follows`: home feeds as they are stored; otherwise authors' own windows. `since`: from
        which position on each takes in what its owner follows (warmth.py); None: from ever.
        """
        self._arrange()
        since = np.zeros(len(owners), np.int64) if since is None else since
        subscriptions = self._subscriptions(owners, position, since, follows=follows)
        low, high = self._extent(subscriptions, horizons, position)
        if (high - low).sum() > APPEARANCES_MAX and len(owners) > 1:
            half = len(owners) // 2
            parts = [
                self.expect(
                    owners[part], horizons[part], position, follows=follows, since=since[part]
                )
                for part in (slice(half), slice(half, None))
            ]
            return joined(rows for rows, _ in parts), np.concatenate([right for _, right in parts])
        stood = self._appearances(subscriptions, low, high, position)
        above = stood.where(stood.post > horizons[stood.owner])
        right = (horizons >= 0) & ~self._ever_crowded(above, len(owners))
        brought = self._brought_by_follows(subscriptions, len(owners))
        right &= brought <= horizons
        explained = (horizons == 0) | (brought == horizons)
        trimmed = self._ever_crowded(stood.where(~explained[stood.owner]), len(owners))
        return self._shown(above, len(owners)), right & (explained | trimmed)

    def accept(
        self, owners: Numbers, posts: Rows, horizons: Numbers, position: int, *, follows: bool,
        since: Numbers | None = None,
    ) -> np.ndarray:  # fmt: skip
        """Which of these owners' windows are right as of this position, entry by entry."""
        expected, right = self.expect(owners, horizons, position, follows=follows, since=since)
        return right & posts.same_as(expected)

    def exact(self, owner: int, position: int, *, follows: bool, since: int = 0) -> Window:
        """The right window of one owner as of this position; `since` as with `expect`."""
        self._arrange()
        owners = np.array([owner], np.int64)
        subscriptions = self._subscriptions(owners, position, np.array([since]), follows=follows)
        low, high = self._extent(subscriptions, np.zeros(1, np.int64), position)
        stood = self._appearances(subscriptions, low, high, position)
        posts = np.unique(stood.post)[::-1]
        # The more posts from the top, the larger the crowd: find where it becomes too large.
        low, high = 0, len(posts)
        while low < high:
            middle = (low + high) // 2
            newest = stood.where(stood.post >= posts[middle])
            if self._ever_crowded(newest, 1)[0]:
                high = middle
            else:
                low = middle + 1
        horizon = int(posts[low]) if low < len(posts) else 0
        horizon = max(horizon, int(self._brought_by_follows(subscriptions, 1)[0]))
        shown = stood.post[(stood.end == STILL) & (stood.post > horizon)]
        return Window(np.sort(shown)[::-1], horizon)

    def _arrange(self) -> None:
        truth = self.truth
        if self._arranged_for == truth.revision:
            return
        author = self._index_of(truth.author)
        order = np.argsort(author, kind="stable")
        self._author, self._post = author[order], truth.post[order]
        self._deleted = truth.deleted[order]
        self._stride = truth.position + 2
        self._place = self._author * self._stride + self._post
        self._trims.update(self._author, self._post, self._deleted)
        self._arranged_for = truth.revision

    def _index_of(self, numbers: Numbers) -> Numbers:
        """People by index, so that author and post make one number that fits 64 bits; who is
        not registered comes after everyone else, where no posts are."""
        people = self.truth.people
        at = np.searchsorted(people, numbers)
        if len(people):
            at[people[np.minimum(at, len(people) - 1)] != numbers] = len(people)
        return at

    def _subscriptions(
        self, owners: Numbers, position: int, since: Numbers, *, follows: bool
    ) -> _Subscriptions:
        own = np.flatnonzero(since <= position)
        always = np.full_like(own, STILL)
        if not follows:
            return _Subscriptions(own, self._index_of(owners), since, always)
        stored = self._great.stored()
        low = np.searchsorted(stored.follower, owners, side="left")
        high = np.searchsorted(stored.follower, owners, side="right")
        rows = ranges(low, high)
        owner = np.repeat(np.arange(len(owners)), high - low)
        # To a feed that was built again it is as if all that was followed then began there.
        begin, end = np.maximum(stored.begin[rows], since[owner]), stored.end[rows]
        begun = (begin <= position) & (begin < end)
        rows, owner, begin, end = rows[begun], owner[begun], begin[begun], end[begun]
        return _Subscriptions(
            np.concatenate((own, owner)),
            self._index_of(np.concatenate((owners[own], stored.followee[rows]))),
            np.concatenate((since[own], begin)),
            np.concatenate((always, np.where(end > position, STILL, end))),
        )

    def _extent(
        self, subscriptions: _Subscriptions, lowest: Numbers, position: int
    ) -> tuple[Numbers, Numbers]:
        """Where each author's posts begin and end that are not below an owner's `lowest`, and
        were published up to the position and while the owner was subscribed, or before."""
        base = subscriptions.author * self._stride
        low = np.searchsorted(self._place, base + np.maximum(lowest[subscriptions.owner], 0))
        last = np.minimum(subscriptions.end, position)
        return low, np.maximum(low, np.searchsorted(self._place, base + last, side="right"))

    def _appearances(
        self, subscriptions: _Subscriptions, low: Numbers, high: Numbers, position: int
    ) -> _Appearances:
        """Every one of these posts that stood in a feed up to the position."""
        rows, counts = ranges(low, high), high - low
        post, deleted = self._post[rows], self._deleted[rows]
        end = np.minimum(
            np.where(deleted > position, STILL, deleted), np.repeat(subscriptions.end, counts)
        )
        start = np.maximum(post, np.repeat(subscriptions.begin, counts))
        every = _Appearances(np.repeat(subscriptions.owner, counts), post, start, end)
        return every.where(start < end)

    def _shown(self, above: _Appearances, owners: int) -> Rows:
        """What is still there of these, newest first."""
        there = above.end == STILL
        owner = above.owner[there]
        # One number for each post, ascending by owner, and within an owner newest first.
        places = (owner + 1) * self._stride - above.post[there]
        places.sort()
        sizes = np.bincount(owner, minlength=owners)
        return Rows((np.repeat(np.arange(owners), sizes) + 1) * self._stride - places, sizes)

    def _ever_crowded(self, stood: _Appearances, owners: int) -> np.ndarray:
        """In which feeds more of these posts stood at one time than a window holds."""
        standing = np.bincount(stood.owner[stood.end == STILL], minlength=owners)
        crowded = standing > self._window
        if len(stood.owner) == standing.sum():
            return crowded  # nobody ever left
        open_question = np.bincount(stood.owner, minlength=owners) > self._window
        open_question &= ~crowded
        stood = stood.where(open_question[stood.owner])
        # Nothing comes and goes at one position: an event does either the one or the other.
        base = stood.owner * self._stride
        ends = np.minimum(stood.end, self._stride - 1)
        moments = np.concatenate((2 * (base + stood.start) + 1, 2 * (base + ends)))
        moments.sort()
        # Everyone who comes also goes: each owner begins at 0.
        crowd = np.cumsum(2 * (moments & 1) - 1)
        crowded[moments[crowd > self._window] // (2 * self._stride)] = True
        return crowded

    def _brought_by_follows(self, subscriptions: _Subscriptions, owners: int) -> Numbers:
        """The highest horizon that a followee's own window had at the time of the follow."""
        brought = np.zeros(owners, np.int64)
        found = self._trims.horizons_at(subscriptions.author, subscriptions.begin)
        np.maximum.at(brought, subscriptions.owner, found)
        return brought


def ranges(low: Numbers, high: Numbers) -> Numbers:
    """All indices from low to before high, range after range."""
    counts = high - low
    return np.repeat(low - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
