"""What a command left behind."""

from dataclasses import dataclass
from typing import Generic
from uuid import UUID

from command_api.commands import OneCommand
from domain.events import Published, Registered


@dataclass(frozen=True, slots=True)
class CarriedOut(Generic[OneCommand]):
    """A command as it was first accepted, and the position at which it is done."""

    command: OneCommand
    position: int


@dataclass(frozen=True, slots=True)
class Committed:
    """What a command left behind: the position a reader has to reach in order to see it."""

    position: int


@dataclass(frozen=True, slots=True)
class RegisteredPerson(Committed):
    """A new person as their registration says."""

    id: UUID
    body: Registered


@dataclass(frozen=True, slots=True)
class PublishedPost(Committed):
    """A new post as its publishing says."""

    id: UUID
    body: Published


@dataclass(frozen=True, slots=True)
class FollowState(Committed):
    """How a pair stands now, whether or not this command changed it."""

    following: bool
