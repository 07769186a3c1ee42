"""What the relational projection answers with.

Where there is a `key`, it opens names and texts (domain/sealing.py).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Standing:
    """What an answer holds for, all of it as of one look.

    Everything up to `position` of the history `epoch` is in, as a generation takes it that knows
    the retries of the quarantine up to `release`. `head` is the newest position in the store;
    `missing_since` says when the first event above `position` happened (Unix seconds; None: there
    is none).
    """

    epoch: str
    position: int
    release: int
    head: int
    missing_since: float | None


@dataclass(frozen=True, slots=True)
class PostRow:
    """A visible post with its author."""

    number: int
    id: UUID
    text: str
    created_at: datetime
    author_id: UUID
    handle: str
    display_name: str
    key: bytes | None
    is_sealed: bool


@dataclass(frozen=True, slots=True)
class PostRows:
    """Posts, newest first. `more`: there are others below the last of them."""

    standing: Standing
    posts: list[PostRow]
    more: bool


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as they stand in a list."""

    number: int
    id: UUID
    handle: str
    display_name: str
    key: bytes | None


@dataclass(frozen=True, slots=True)
class PersonRows:
    """People, newest members first. `more`: there are others below the last of them."""

    people: list[PersonRow]
    more: bool


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """A person, and how many people stand on either side of them."""

    number: int
    id: UUID
    handle: str
    display_name: str
    registered_at: datetime
    key: bytes | None
    followers: int
    following: int


@dataclass(frozen=True, slots=True)
class Found(Generic[Row]):
    """What stands behind a public id as of the standing's position; None: nothing."""

    standing: Standing
    row: Row | None


@dataclass(frozen=True, slots=True)
class PostFacts:
    """What is known of one post, visible or not."""

    number: int
    author: int
    author_id: UUID
    handle: str
    key: bytes | None
    created_at: datetime
    deleted_position: int | None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that decides whether a post is in a person's feed, as of the standing's position.

    `person` and `post_position` are numbers as the store has them, above that position too
    (None: no such person or post); `post` is None if the tables do not have it yet.
    `followed_position` and `unfollowed_position` are the last interval in which the person
    followed the author.
    """

    standing: Standing
    person: int | None
    post_position: int | None
    post: PostFacts | None
    followed_position: int | None
    unfollowed_position: int | None
