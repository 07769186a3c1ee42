"""What history says, as columns: posts and follows with the positions between which they hold."""

from array import array
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from domain.events import Deleted, Followed, Published, Registered, Unfollowed
from projections.history.events import Event

Column = NDArray[np.int64]

NEVER = 1 << 62
"""As an end: it still holds."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Everything up to `position`, once and for all.

    people: numbers, ascending.
    posts: `number`, ascending, `author`, and the position of its deletion or NEVER.
    follows: every interval in which one person followed another, by follower, then followee, then
    begin; the end is the position of the unfollowing or NEVER.
    """

    position: int
    people: Column
    post: Column
    author: Column
    deleted: Column
    follower: Column
    followee: Column
    begin: Column
    end: Column


@dataclass(slots=True)
class ColumnsBuilder:
    """Takes events in order, then folds them all at once."""

    position: int = 0
    _people: "array[int]" = field(default_factory=lambda: array("q"))
    _posts: "array[int]" = field(default_factory=lambda: array("q"))
    _authors: "array[int]" = field(default_factory=lambda: array("q"))
    _deletions: "array[int]" = field(default_factory=lambda: array("q"))
    _deleted_posts: "array[int]" = field(default_factory=lambda: array("q"))
    _changes: "array[int]" = field(default_factory=lambda: array("q"))
    _followers: "array[int]" = field(default_factory=lambda: array("q"))
    _followees: "array[int]" = field(default_factory=lambda: array("q"))

    def add(self, event: Event) -> None:
        """Takes the next event."""
        body = event.body
        match body:
            case Published():
                self._posts.append(event.position)
                self._authors.append(body.author)
            case Followed() | Unfollowed():
                self._changes.append(event.position)
                self._followers.append(body.follower)
                self._followees.append(body.followee)
            case Deleted():
                self._deletions.append(event.position)
                self._deleted_posts.append(body.post)
            case Registered():
                self._people.append(event.position)
            case _:
                pass
        self.position = event.position

    def fold(self) -> Columns:
        """The columns of everything taken so far."""
        posts = _column(self._posts)
        deleted = np.full(len(posts), NEVER)
        deleted[np.searchsorted(posts, _column(self._deleted_posts))] = _column(self._deletions)
        followers, followees = _column(self._followers), _column(self._followees)
        changes = _column(self._changes)
        # Stable, so the changes of a pair stay in their order: followed, unfollowed, followed, ...
        order = np.lexsort((followees, followers))
        follower, followee, change = followers[order], followees[order], changes[order]
        same = (follower[1:] == follower[:-1]) & (followee[1:] == followee[:-1])
        is_first = np.concatenate(([True], ~same)) if len(order) else np.empty(0, bool)
        starts = np.flatnonzero(is_first)
        place = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
        follows = np.flatnonzero(place % 2 == 0)
        has_next = np.append(same, False)[follows] if len(order) else np.empty(0, bool)
        end = np.full(len(follows), NEVER)
        end[has_next] = change[follows[has_next] + 1]
        return Columns(
            position=self.position,
            people=_column(self._people),
            post=posts,
            author=_column(self._authors),
            deleted=deleted,
            follower=follower[follows],
            followee=followee[follows],
            begin=change[follows],
            end=end,
        )


def _column(numbers: "array[int]") -> Column:
    return np.array(numbers, dtype=np.int64)
