"""What ends when a person is gone: their posts, their follows, and who follows them."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from domain.events import (
    Deleted,
    DomainEvent,
    EventBody,
    Followed,
    Published,
    Unfollowed,
)


def ends(
    person: int, log: Iterable[tuple[int, DomainEvent]], at: datetime
) -> Iterator[DomainEvent]:
    """The events that end everything of this person which a log leaves standing.

    `log`: events with their positions, in order; all that name the person, and perhaps others.
    """
    standing: dict[UUID, tuple[int, EventBody]] = {}
    for position, event in log:
        body = event.body
        match body:
            case Published(author=author) if author == person:
                standing[event.originator_id] = (
                    event.originator_version,
                    Deleted(at=at, post=position, author=person),
                )
            case Followed(follower=follower, followee=followee) if person in (follower, followee):
                standing[event.originator_id] = (
                    event.originator_version,
                    Unfollowed(at=at, follower=follower, followee=followee),
                )
            case Deleted() | Unfollowed():
                standing.pop(event.originator_id, None)
            case _:
                pass
    for aggregate, (version, body) in standing.items():
        yield DomainEvent(aggregate, version + 1, body)
