"""The events: immutable facts. People and posts stand in them as numbers, that is positions.

Payloads carry only what cannot be derived from the rest of the log without a lookup.
Topics are names of their own, so a class may move or be renamed without breaking history.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

import msgspec


class EventBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """What every event says: when it happened (aware UTC), and the version of its payload.

    Its fields are numbers, texts and the like, in which no cycle can be: nothing for the collector.
    """

    TOPIC: ClassVar[str]
    VERSION: ClassVar[int] = 1
    SEALED_SINCE: ClassVar[int] = 0
    """From this version on its texts are sealed (sealing.py); else it is as before. 0: never."""

    at: datetime
    v: int = 1

    @property
    def is_sealed(self) -> bool:
        """Whether its texts are."""
        return 0 < self.SEALED_SINCE <= self.v


class HandleClaimed(EventBody, frozen=True, kw_only=True):
    """A handle, in any letter case, now belongs to a person: this keeps handles unique."""

    TOPIC: ClassVar[str] = "handle.claimed"
    VERSION: ClassVar[int] = 2
    SEALED_SINCE: ClassVar[int] = 2

    handle: str
    person_id: UUID


class Registered(EventBody, frozen=True, kw_only=True):
    """A person exists. The position of this event is the person's number."""

    TOPIC: ClassVar[str] = "person.registered"
    VERSION: ClassVar[int] = 2
    SEALED_SINCE: ClassVar[int] = 2

    handle: str
    display_name: str


class Erased(EventBody, frozen=True, kw_only=True):
    """A person is gone, and their key with them: what they wrote cannot be read any more."""

    TOPIC: ClassVar[str] = "person.erased"

    person: int


class Followed(EventBody, frozen=True, kw_only=True):
    """One person follows another; both by number."""

    TOPIC: ClassVar[str] = "person.followed"

    follower: int
    followee: int


class Unfollowed(EventBody, frozen=True, kw_only=True):
    """The reverse of Followed."""

    TOPIC: ClassVar[str] = "person.unfollowed"

    follower: int
    followee: int


class Published(EventBody, frozen=True, kw_only=True):
    """A post exists. The position of this event is the post's number."""

    TOPIC: ClassVar[str] = "post.published"
    VERSION: ClassVar[int] = 2
    SEALED_SINCE: ClassVar[int] = 2

    author: int
    text: str


class Deleted(EventBody, frozen=True, kw_only=True):
    """A post is gone. Post and author by number, so that no reader of the log needs a lookup."""

    TOPIC: ClassVar[str] = "post.deleted"

    post: int
    author: int


@dataclass(frozen=True, slots=True)
class DomainEvent:
    """An event in the sequence of one aggregate: which aggregate, which place in it, what happened.

    Satisfies the `eventsourcing` library's DomainEventProtocol. Versions count from 1.
    """

    originator_id: UUID
    originator_version: int
    body: EventBody
