"""The commands as values: everything is decided up front, so that one can be carried out later.

A command may wait in the journal, be tried twice, or be repeated by its client under one
Idempotency-Key: it keeps its id, its time, and the id of what it makes.
"""

import hashlib
from datetime import UTC, datetime
from typing import ClassVar, TypeVar
from uuid import UUID, uuid5

import msgspec
import uuid_utils.compat
from msgspec.structs import replace

from domain.events import (
    Deleted,
    Erased,
    EventBody,
    Followed,
    Published,
    Registered,
    Unfollowed,
)
from domain.follow import check_pair, follow_id
from domain.person import checked_name
from domain.post import checked_text

_COMMANDS = UUID("5b0c1f9e-2c5a-4a5e-9d5f-6f1f7d1a0003")
_SUBJECTS = UUID("5b0c1f9e-2c5a-4a5e-9d5f-6f1f7d1a0004")


class Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """Whose it is (`person`), what it is about (`subject`), and when it was accepted (`at`).

    `keyed`: its client may repeat it, so what it did is remembered. Each kind says which event it
    `makes`, unless nothing is to be changed.
    """

    MAKES_SUBJECT: ClassVar[bool] = False
    """Whether the subject is new, its id chosen by us. With a key the id follows from the request,
    so that whoever has a subject of this id has carried out this very request."""

    id: UUID
    person: UUID
    subject: UUID
    at: datetime
    keyed: bool = False

    @property
    def aggregate(self) -> UUID:
        """The aggregate to which the command's own event belongs."""
        return self.subject

    def fingerprint(self) -> bytes:
        """The same for everything that a client may send under one key, and for nothing else."""
        told: dict[str, object] = msgspec.to_builtins(self)
        for chosen in ("id", "person", "at", "keyed", *["subject"] * self.MAKES_SUBJECT):
            del told[chosen]
        return hashlib.sha256(msgspec.json.encode(told, order="sorted")).digest()


class Register(Command, frozen=True, kw_only=True, tag="register"):
    """Someone becomes a person: `person` and `subject` are their new id."""

    MAKES_SUBJECT: ClassVar[bool] = True

    handle: str
    display_name: str

    @property
    def makes(self) -> type[EventBody]:
        """A registration."""
        return Registered


class SetFollowing(Command, frozen=True, kw_only=True, tag="set-following"):
    """The person follows the subject, or no longer."""

    following: bool

    @property
    def aggregate(self) -> UUID:
        """The pair."""
        return follow_id(self.person, self.subject)

    @property
    def makes(self) -> type[EventBody]:
        """A follow or its reverse."""
        return Followed if self.following else Unfollowed


class Publish(Command, frozen=True, kw_only=True, tag="publish"):
    """The person publishes a post, the subject."""

    MAKES_SUBJECT: ClassVar[bool] = True

    text: str

    @property
    def makes(self) -> type[EventBody]:
        """A publishing."""
        return Published


class Delete(Command, frozen=True, kw_only=True, tag="delete"):
    """The person deletes a post of their own, the subject."""

    @property
    def makes(self) -> type[EventBody]:
        """A deletion."""
        return Deleted


class Erase(Command, frozen=True, kw_only=True, tag="erase"):
    """A person is to be gone: `person` and `subject` are theirs."""

    @property
    def makes(self) -> type[EventBody]:
        """An erasure."""
        return Erased


AnyCommand = Register | SetFollowing | Publish | Delete | Erase

OneCommand = TypeVar("OneCommand", bound=AnyCommand)


def register(*, handle: str, display_name: str | None, key: str | None = None) -> Register:
    """A registration. Raises InvalidHandle, InvalidDisplayName."""
    person = uuid_utils.compat.uuid7()
    command = Register(
        id=_command_id("somebody new", key),
        person=person,
        subject=person,
        at=_now(),
        keyed=key is not None,
        handle=handle,
        display_name=checked_name(handle, display_name),
    )
    if key is None:
        return command
    person = _subject_of(command)
    return replace(command, person=person, subject=person)


def set_following(
    *, person: UUID, followee: UUID, following: bool, key: str | None = None
) -> SetFollowing:
    """A follow, or its reverse. Raises CannotFollowYourself."""
    check_pair(person, followee)
    return SetFollowing(
        id=_command_id(person, key),
        person=person,
        subject=followee,
        at=_now(),
        keyed=key is not None,
        following=following,
    )


def publish(*, person: UUID, text: str, key: str | None = None) -> Publish:
    """A post to publish. Raises InvalidText."""
    command = Publish(
        id=_command_id(person, key),
        person=person,
        subject=uuid_utils.compat.uuid7(),
        at=_now(),
        keyed=key is not None,
        text=checked_text(text),
    )
    return command if key is None else replace(command, subject=_subject_of(command))


def delete(*, person: UUID, post: UUID, key: str | None = None) -> Delete:
    """A post to delete."""
    return Delete(
        id=_command_id(person, key), person=person, subject=post, at=_now(), keyed=key is not None
    )


def erase(*, person: UUID, key: str | None = None) -> Erase:
    """A person to erase."""
    return Erase(
        id=_command_id(person, key), person=person, subject=person, at=_now(), keyed=key is not None
    )


def _command_id(whose: UUID | str, key: str | None) -> UUID:
    """With a key it follows from person and key: every process gives it the same name."""
    return uuid_utils.compat.uuid7() if key is None else uuid5(_COMMANDS, f"{whose}:{key}")


def _subject_of(command: Register | Publish) -> UUID:
    """Every process gives it the same, also one that has not heard of the request's first try."""
    return uuid5(_SUBJECTS, f"{command.id}:{command.fingerprint().hex()}")


def _now() -> datetime:
    return datetime.now(UTC)
