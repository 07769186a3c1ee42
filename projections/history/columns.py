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
    _begins: "array[int]" = field(default_factory=lambda: array("b"))
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
                self._begins.append(isinstance(body, Followed))
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
        gone, deletions = _column(self._deleted_posts), _column(self._deletions)
        known = np.isin(gone, posts)
        deleted[np.searchsorted(posts, gone[known])] = deletions[known]
        follower, followee, begin, end = self._fold_follows()
        return Columns(
            position=self.position,
            people=_column(self._people),
            post=posts,
            author=_column(self._authors),
            deleted=deleted,
            follower=follower,
            followee=followee,
            begin=begin,
            end=end,
        )

    def _fold_follows(self) -> tuple[Column, Column, Column, Column]:
        """Follower, followee, begin and end of every interval."""
        followers, followees = _column(self._followers), _column(self._followees)
        # Stable, so the changes of a pair stay in their order.
        order = np.lexsort((followees, followers))
        follower, followee = followers[order], followees[order]
        change = _column(self._changes)[order]
        begins = np.array(self._begins, bool)[order]
        # What changes nothing goes: a pair begins with a follow, then follow and unfollow take
        # turns (in a history without gaps, so it is already).
        stood = np.append(np.zeros(min(1, len(order)), bool), _same_pair(follower, followee))
        stood[1:] &= begins[:-1]
        matters = begins != stood
        follower, followee = follower[matters], followee[matters]
        change, begins = change[matters], begins[matters]
        follows = np.flatnonzero(begins)
        end = np.append(change[1:], NEVER)[: len(change)]
        end[: len(end) - 1][~_same_pair(follower, followee)] = NEVER
        return follower[follows], followee[follows], change[follows], end[follows]


def _same_pair(follower: Column, followee: Column) -> np.ndarray:
    """For all rows but the last: whether the next is of the same pair."""
    return (follower[1:] == follower[:-1]) & (followee[1:] == followee[:-1])


def _column(numbers: "array[int]") -> Column:
    return np.array(numbers, dtype=np.int64)
