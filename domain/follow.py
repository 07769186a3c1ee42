"""Following: one aggregate for each pair of people, whose version alone tells its state.

Odd versions are Followed, even ones Unfollowed: a command needs the last version, no replay.
"""

from datetime import datetime
from uuid import UUID, uuid5

from domain.errors import CannotFollowYourself
from domain.events import DomainEvent, Followed, Unfollowed

_FOLLOWS = UUID("5b0c1f9e-2c5a-4a5e-9d5f-6f1f7d1a0002")


def follow_id(follower_id: UUID, followee_id: UUID) -> UUID:
    """The aggregate that stands for this pair, in this direction."""
    return uuid5(_FOLLOWS, f"{follower_id}>{followee_id}")


def is_following(version: int) -> bool:
    """Whether a pair whose last event has this version (0: none yet) stands as following."""
    return version % 2 == 1


def check_pair(follower: UUID | int, followee: UUID | int) -> None:
    """Raises CannotFollowYourself."""
    if follower == followee:
        raise CannotFollowYourself("your own posts are in your feed already; follow someone else")


def change_follow(
    *, pair: UUID, version: int, follower: int, followee: int, following: bool, at: datetime
) -> DomainEvent | None:
    """The event which makes the pair (not) following, or None if it is so already.

    Raises CannotFollowYourself.
    """
    check_pair(follower, followee)
    if is_following(version) == following:
        return None
    kind = Followed if following else Unfollowed
    return DomainEvent(pair, version + 1, kind(at=at, follower=follower, followee=followee))
