"""Requests and answers of the write side. Unknown fields are refused.

What the domain's rules refuse they refuse in their own words: a pattern here only describes it.

An answer carries `command` only while the command waits in the journal (202).
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from domain.person import HANDLE_PATTERN


class Registration(BaseModel):
    """A new person."""

    model_config = ConfigDict(extra="forbid", strict=True)

    handle: Annotated[
        str,
        Field(
            examples=["ada"],
            description="3 to 30 of A-Z a-z 0-9 _",
            json_schema_extra={"pattern": f"^{HANDLE_PATTERN}$"},
        ),
    ]
    display_name: Annotated[str | None, Field(examples=["Ada Lovelace"])] = None


class QueuedCommand(BaseModel):
    """A command that was accepted and waits for the event store."""

    id: UUID
    state: Literal["queued"] = "queued"


class RegisteredAnswer(BaseModel):
    """A registered person, and the token with which they act."""

    id: UUID
    handle: str
    display_name: str
    created_at: datetime
    access_token: str
    command: QueuedCommand | None = None


class FollowAnswer(BaseModel):
    """How the pair stands now."""

    follower_id: UUID
    followee_id: UUID
    following: bool
    command: QueuedCommand | None = None


class NewPost(BaseModel):
    """A post to publish."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: Annotated[
        str,
        Field(
            examples=["High water."],
            description="1 to 2,000 characters after trimming",
            json_schema_extra={"pattern": r"\S"},
        ),
    ]


class PostAnswer(BaseModel):
    """A published post."""

    id: UUID
    author_id: UUID
    text: str
    created_at: datetime
    command: QueuedCommand | None = None


class DeleteQueued(BaseModel):
    """A deletion that waits."""

    command: QueuedCommand


class Rejection(BaseModel):
    """Why a command was refused when its turn came."""

    status: int
    detail: str


Fate = Literal["queued", "done", "rejected", "lost"]
"""Lost: it was done, and the event store was put back to a backup from before."""


class CommandAnswer(BaseModel):
    """What became of a command that was accepted into the journal."""

    id: UUID
    state: Annotated[
        Fate,
        Field(
            description="lost: it was done, and the event store was put back to a backup from "
            "before; the same request with its Idempotency-Key is carried out anew"
        ),
    ]
    accepted_at: datetime
    subject: Annotated[UUID, Field(description="the person or post that it is about")]
    rejection: Rejection | None = None
