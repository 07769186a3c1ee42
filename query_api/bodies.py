"""Answers of the read side."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

Reason = Literal[
    "own",
    "followed",
    "not_followed",
    "unfollowed",
    "deleted",
    "not_yet_applied",
    "unknown",
]

AsOf = Annotated[int, Field(description="everything up to this position is in the answer")]


class Lag(BaseModel):
    """How far the answer is behind the log's head, and for how long already."""

    events: Annotated[int, Field(ge=0, description="positions between the answer and the head")]
    seconds: Annotated[float, Field(ge=0, description="age of the oldest event not yet shown")]


class Author(BaseModel):
    """A person as they stand beside a post or in a list."""

    id: UUID
    handle: str
    display_name: str


class FeedItem(BaseModel):
    """A post; `position` is its place in the log."""

    id: UUID
    author: Author
    text: str
    created_at: datetime
    position: int


class PostPage(BaseModel):
    """Posts, newest first. `next` is the cursor of the following page, if there is one."""

    items: list[FeedItem]
    next: str | None
    as_of: AsOf
    lag: Lag


class WhyFacts(BaseModel):
    """What decides it, as of the answer's position; null: it has not happened, or is not known."""

    post_position: int | None
    author_id: UUID | None
    author_handle: str | None
    created_at: datetime | None
    deleted_position: int | None
    followed_position: Annotated[
        int | None, Field(description="where the caller last began to follow the author")
    ]
    unfollowed_position: Annotated[
        int | None, Field(description="where that ended; null: it holds, or there was none")
    ]


class Why(BaseModel):
    """Whether a post is in the caller's feed, and why."""

    post_id: UUID
    in_feed: bool
    reason: Reason
    because: Annotated[str, Field(description="the same in a sentence")]
    as_of: AsOf
    facts: WhyFacts


class PeoplePage(BaseModel):
    """People, newest members first."""

    items: list[Author]
    next: str | None
    as_of: AsOf
    lag: Lag


class Post(FeedItem):
    """One post."""

    as_of: AsOf
    lag: Lag


class Profile(Author):
    """A person, with the number of people on either side."""

    created_at: datetime
    followers: int
    following: int
    as_of: AsOf
    lag: Lag


class PostWentOut(BaseModel):
    """A post that is not in the feed any more."""

    id: UUID


class AuthorCameIn(BaseModel):
    """An author whose posts came in: their newest, and whether there are older ones."""

    author: Author
    items: list[FeedItem]
    more: bool


class FeedBuiltAnew(BaseModel):
    """Events of the past came back into the feed, or went out of it: it has to be read anew."""

    as_of: AsOf


class AuthorWentOut(BaseModel):
    """An author all of whose posts went out."""

    author: Author
