"""Sealing: what a person says of themselves, and what they write, under a key of their own.

Who, whom and when stay readable, so that feeds are built without any key. Without the key nobody
reads the rest again, in whatever copy of history it stands: to destroy the key is to erase it.

AES-SIV (RFC 5297): the same text in the same place always seals alike, so an append that is tried
twice is twice the same, and nothing has to be stored beside it.
"""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from typing import TypeVar
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from msgspec.structs import replace

from domain.errors import CannotOpen
from domain.events import DomainEvent, HandleClaimed, Published, Registered

KEY_BITS = 256
KEY_BYTES = KEY_BITS // 8

HANDLE, DISPLAY_NAME, TEXT = b"handle", b"display name", b"text"
"""What a sealed text is: it opens as nothing else."""

Sealable = TypeVar("Sealable", HandleClaimed, Registered, Published)


def new_key() -> bytes:
    """The key of somebody new."""
    return AESSIV.generate_key(KEY_BITS)


class PersonKey:
    """Seals and opens what is one person's. Safe to share by threads."""

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        self._cipher = AESSIV(key)

    def seal(self, text: str, what: bytes, owner: UUID) -> str:
        """The text, sealed, in base64. `owner`: the aggregate of which this is a part."""
        return b64encode(self._cipher.encrypt(text.encode(), [what, owner.bytes])).decode()

    def open(self, sealed: str, what: bytes, owner: UUID) -> str:
        """What was sealed. Raises CannotOpen if it was not so."""
        try:
            return self._cipher.decrypt(
                b64decode(sealed, validate=True), [what, owner.bytes]
            ).decode()
        except (InvalidTag, NotBase64, ValueError) as error:
            raise CannotOpen(
                f"the {what.decode()} of {owner} is not sealed with this key"
            ) from error

    def sealed(self, event: DomainEvent) -> DomainEvent:
        """The event as it is stored: what nobody but readers with the key shall read is sealed."""
        owner, body = event.originator_id, event.body
        match body:
            case Published():
                stored = replace(body, v=2, text=self.seal(body.text, TEXT, owner))
            case Registered():
                stored = replace(
                    body,
                    v=2,
                    handle=self.seal(body.handle, HANDLE, owner),
                    display_name=self.seal(body.display_name, DISPLAY_NAME, owner),
                )
            case HandleClaimed():
                stored = replace(body, v=2, handle=self.seal(body.handle, HANDLE, owner))
            case _:
                return event
        return DomainEvent(owner, event.originator_version, stored)
