"""Requests and answers of the write side. Unknown fields are refused."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class Registration(BaseModel):
    """A new person."""

    model_config = ConfigDict(extra="forbid", strict=True)

    handle: Annotated[str, Field(examples=["ada"], description="3 to 30 of A-Z a-z 0-9 _")]
    display_name: Annotated[str | None, Field(examples=["Ada Lovelace"])] = None


class RegisteredAnswer(BaseModel):
    """A registered person, and the token with which they act."""

    id: UUID
    handle: str
    display_name: str
    created_at: datetime
    access_token: str


class FollowAnswer(BaseModel):
    """How the pair stands now."""

    follower_id: UUID
    followee_id: UUID
    following: bool


class NewPost(BaseModel):
    """A post to publish."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: Annotated[str, Field(examples=["High water."], description="1 to 2,000 characters")]


class PostAnswer(BaseModel):
    """A published post."""

    id: UUID
    author_id: UUID
    text: str
    created_at: datetime
