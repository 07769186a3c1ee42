"""The quarantine: what counts as if it were not in the log.

    An event in quarantine counts as if it were not in the log, and so does every event that names
    the person or the post which such an event would have made.

People and posts are named by the positions of their first events, so a set of positions is all it
takes, and everybody who reads the log leaves out the same.
"""

from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from typing import ClassVar

from domain.events import Deleted, Erased, EventBody, Followed, Published, Unfollowed


class LeftOut(EventBody, frozen=True, kw_only=True):
    """Stands where an event is that does not count. It is never stored, and says nothing."""

    TOPIC: ClassVar[str] = "left out"


LEFT_OUT = LeftOut(at=datetime.min.replace(tzinfo=UTC))


def counted(body: EventBody, quarantined: AbstractSet[int]) -> EventBody:
    """The event, or LEFT_OUT if it names what is in quarantine."""
    return LEFT_OUT if quarantined and not quarantined.isdisjoint(_named_in(body)) else body


def _named_in(body: EventBody) -> tuple[int, ...]:
    match body:
        case Published(author=author):
            return (author,)
        case Deleted(post=post, author=author):
            return post, author
        case Followed(follower=follower, followee=followee):
            return follower, followee
        case Unfollowed(follower=follower, followee=followee):
            return follower, followee
        case Erased(person=person):
            return (person,)
        case _:
            return ()
