"""The feed rule: the specification that every feed, however it was made, must equal.

    feed(u, p) = the posts, published at or before p and not deleted at or before p,
                 of u and of everyone whom u follows as of p, newest position first

A pure function of the log up to p. It knows no window, no shard and no clock. What changes nothing
(a follow that stands, an unfollow without one, a deletion of no post) is passed over: the write
side appends no such event, but with others in quarantine (see domain/quarantine.py) one may come.
"""

from collections.abc import Iterable

from domain.events import Deleted, EventBody, Followed, Published, Unfollowed

Log = Iterable[tuple[int, EventBody]]
"""Events with their positions, in ascending order of position."""


class History:
    """Everything that the log up to some position says about posts and follows."""

    def __init__(self, log: Log) -> None:
        self.authors: dict[int, int] = {}
        """Visible post -> its author, in ascending order of position."""
        self.followees: dict[int, set[int]] = {}
        """Person -> everyone whom they follow."""
        for position, body in log:
            self._fold(position, body)

    def _fold(self, position: int, body: EventBody) -> None:
        match body:
            case Published(author=author):
                self.authors[position] = author
            case Deleted(post=post):
                self.authors.pop(post, None)
            case Followed(follower=follower, followee=followee):
                self.followees.setdefault(follower, set()).add(followee)
            case Unfollowed(follower=follower, followee=followee):
                self.followees.get(follower, set()).discard(followee)
            case _:
                pass

    def feed(self, reader: int) -> list[int]:
        """The numbers of the posts in this reader's feed, newest first."""
        sources = self.followees.get(reader, set()) | {reader}
        return [post for post, author in reversed(self.authors.items()) if author in sources]


def feed(log: Log, reader: int) -> list[int]:
    """The feed rule. `log` ends at p; people and posts are numbers."""
    return History(log).feed(reader)
