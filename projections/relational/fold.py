"""What a piece of the log means to the tables: rows to add, and rows of before that come to an end.

The incremental projector and the bulk load share it, so they cannot differ.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.events import Deleted, EventBody, Followed, Published, Registered, Unfollowed

Pair = tuple[int, int]
"""Follower and followee."""


@dataclass(slots=True)
class NewPost:
    """A post that the tables do not have yet."""

    number: int
    id: UUID
    author: int
    text: str
    created_at: datetime
    is_sealed: bool
    deleted_position: int | None = None


@dataclass(slots=True)
class NewFollow:
    """An interval of following that the tables do not have yet."""

    follower: int
    followee: int
    from_position: int
    to_position: int | None = None


class Changes:
    """What a piece of the log changes in tables that stand exactly where it begins."""

    def __init__(self) -> None:
        self.people: list[tuple[int, UUID, str, str, datetime, bool]] = []
        """Number, public id, handle, display name, registered at, and whether names are sealed."""
        self.posts: dict[int, NewPost] = {}
        self.follows: list[NewFollow] = []
        self.ended_follows: dict[Pair, int] = {}
        """Pairs (follower, followee) that were following, and the positions at which they end."""
        self.deleted_posts: dict[int, int] = {}
        """Posts that were there, and the positions of their deletion."""
        self.events = 0
        self.last = 0
        """The position of the last event that was folded in; 0: none yet."""
        self._intervals: dict[Pair, NewFollow | None] = {}
        """Pairs that changed here: the interval that is open, or None."""
        self._doubtful: dict[Pair, NewFollow | None] = {}

    def fold(
        self, position: int, public_id: UUID, body: EventBody, *, is_torn: bool = False
    ) -> None:
        """Adds the next event of the log. `public_id` is the aggregate's.

        `is_torn`: another event of the aggregate was left out, so that this one may change nothing;
        if that depends on the tables, the pair is doubtful, and they have to `settle` it.
        """
        assert position > self.last, "the log runs upwards"
        self.events += 1
        self.last = position
        match body:
            case Published():
                self.posts[position] = NewPost(
                    position, public_id, body.author, body.text, body.at, body.is_sealed
                )
            case Deleted():
                self._delete(body.post, position)
            case Followed():
                self._follow((body.follower, body.followee), position, is_torn=is_torn)
            case Unfollowed():
                self._end_follow((body.follower, body.followee), position, is_torn=is_torn)
            case Registered():
                names = body.handle, body.display_name
                self.people.append((position, public_id, *names, body.at, body.is_sealed))
            case _:
                pass

    @property
    def doubtful(self) -> list[Pair]:
        """Pairs whose first change here may have been none: it depends on whether they stood."""
        return list(self._doubtful)

    def settle(self, standing: AbstractSet[Pair]) -> None:
        """Says which of the doubtful pairs were following."""
        for pair, begun in self._doubtful.items():
            if begun is None:
                if pair not in standing:
                    del self.ended_follows[pair]
            elif pair in standing:
                self.follows.remove(begun)
                if begun.to_position is not None:
                    self.ended_follows[pair] = begun.to_position
        self._doubtful.clear()

    def _delete(self, number: int, position: int) -> None:
        post = self.posts.get(number)
        if post is None:
            self.deleted_posts[number] = position
        else:
            post.deleted_position = position

    def _follow(self, pair: Pair, position: int, *, is_torn: bool) -> None:
        if self._intervals.get(pair) is not None:
            return  # it stands
        follow = NewFollow(*pair, position)
        if is_torn and pair not in self._intervals:
            self._doubtful[pair] = follow
        self.follows.append(follow)
        self._intervals[pair] = follow

    def _end_follow(self, pair: Pair, position: int, *, is_torn: bool) -> None:
        if pair not in self._intervals:
            if is_torn:
                self._doubtful[pair] = None
            self.ended_follows[pair] = position
        elif (follow := self._intervals[pair]) is not None:
            follow.to_position = position
        self._intervals[pair] = None
