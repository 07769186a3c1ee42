"""Registering: a person, and the claim to a handle that keeps handles unique."""

import re
import unicodedata
from datetime import datetime
from uuid import UUID, uuid5

from domain.errors import InvalidDisplayName, InvalidHandle, NotSealed
from domain.events import DomainEvent, Erased, HandleClaimed, Registered
from domain.text import is_storable

HANDLE_PATTERN = r"[A-Za-z0-9_]{3,30}"
DISPLAY_NAME_LENGTH_MAX = 100

_HANDLES = UUID("5b0c1f9e-2c5a-4a5e-9d5f-6f1f7d1a0001")


def handle_id(handle: str) -> UUID:
    """The aggregate that stands for a handle; the same for every letter case."""
    return uuid5(_HANDLES, handle.lower())


def register(
    *, person_id: UUID, handle: str, display_name: str | None, at: datetime
) -> tuple[DomainEvent, DomainEvent]:
    """The two events of a registration, to be saved as one.

    The first conflicts in the store if the handle is taken. Raises InvalidHandle,
    InvalidDisplayName.
    """
    name = checked_name(handle, display_name)
    return (
        DomainEvent(handle_id(handle), 1, HandleClaimed(at=at, handle=handle, person_id=person_id)),
        DomainEvent(person_id, 1, Registered(at=at, handle=handle, display_name=name)),
    )


def erase(*, person_id: UUID, number: int, registered: Registered, at: datetime) -> DomainEvent:
    """The erasure of a person who stands as they registered. Raises NotSealed."""
    if not registered.is_sealed:
        raise NotSealed(
            "this person registered before names and texts were sealed: they stand in the event "
            "store in the open, and no key could be destroyed that would make them unreadable"
        )
    return DomainEvent(person_id, 2, Erased(at=at, person=number))


def checked_name(handle: str, display_name: str | None) -> str:
    """The name under which a person is shown, trimmed; without one the handle serves.

    Raises InvalidHandle, InvalidDisplayName.
    """
    if not re.fullmatch(HANDLE_PATTERN, handle):
        raise InvalidHandle(f"a handle is 3 to 30 of A-Z a-z 0-9 _, not {handle!r}")
    if display_name is None:
        return handle
    name = display_name.strip()
    if not 1 <= len(name) <= DISPLAY_NAME_LENGTH_MAX:
        raise InvalidDisplayName(
            f"a display name is 1 to {DISPLAY_NAME_LENGTH_MAX} characters after trimming, "
            f"this one has {len(name)}"
        )
    if not is_storable(name) or any(unicodedata.category(each) == "Cc" for each in name):
        raise InvalidDisplayName("a display name holds no control or surrogate characters")
    return name
