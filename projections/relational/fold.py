"""What a piece of the log means to the tables: rows to add, and rows of before that come to an end.

The incremental projector and the bulk load share it, so they cannot differ.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.events import Deleted, EventBody, Followed, Published, Registered, Unfollowed


@dataclass(slots=True)
class NewPost:
    """A post that the tables do not have yet."""

    number: int
    id: UUID
    author: int
    text: str
    created_at: datetime
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
        self.people: list[tuple[int, UUID, str, str, datetime]] = []
        """Number, public id, handle, display name, registered at."""
        self.posts: dict[int, NewPost] = {}
        self.follows: list[NewFollow] = []
        self.ended_follows: dict[tuple[int, int], int] = {}
        """Pairs (follower, followee) that were following, and the positions at which they end."""
        self.deleted_posts: dict[int, int] = {}
        """Posts that were there, and the positions of their deletion."""
        self.events = 0
        self.last = 0
        """The position of the last event that was folded in; 0: none yet."""
        self._open: dict[tuple[int, int], NewFollow] = {}

    def fold(self, position: int, public_id: UUID, body: EventBody) -> None:
        """Adds the next event of the log. `public_id` is the aggregate's."""
        assert position > self.last, "the log runs upwards"
        self.events += 1
        self.last = position
        match body:
            case Published():
                self.posts[position] = NewPost(position, public_id, body.author, body.text, body.at)
            case Deleted():
                self._delete(body.post, position)
            case Followed():
                follow = NewFollow(body.follower, body.followee, position)
                self.follows.append(follow)
                self._open[body.follower, body.followee] = follow
            case Unfollowed():
                self._end_follow((body.follower, body.followee), position)
            case Registered():
                self.people.append((position, public_id, body.handle, body.display_name, body.at))
            case _:
                pass

    def _delete(self, number: int, position: int) -> None:
        post = self.posts.get(number)
        if post is None:
            self.deleted_posts[number] = position
        else:
            post.deleted_position = position

    def _end_follow(self, pair: tuple[int, int], position: int) -> None:
        follow = self._open.pop(pair, None)
        if follow is None:
            self.ended_follows[pair] = position
        else:
            follow.to_position = position
