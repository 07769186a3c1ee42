"""Posts: published once, deleted at most once, by their author alone."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.errors import InvalidText, NotTheAuthor
from domain.events import Deleted, DomainEvent, Published
from domain.text import is_storable

TEXT_LENGTH_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Post:
    """What a decision about a post needs to know. `number` is the position of its publishing."""

    id: UUID
    number: int
    author: int
    version: int

    @property
    def deleted(self) -> bool:
        """Version 1 is Published, version 2 Deleted: there is no third."""
        return self.version > 1


def publish(*, post_id: UUID, author: int, text: str, at: datetime) -> DomainEvent:
    """The publishing of a post; the text is trimmed. Raises InvalidText."""
    return DomainEvent(post_id, 1, Published(at=at, author=author, text=checked_text(text)))


def checked_text(text: str) -> str:
    """The text as it is published: trimmed. Raises InvalidText."""
    trimmed = text.strip()
    if not 1 <= len(trimmed) <= TEXT_LENGTH_MAX:
        raise InvalidText(
            f"a text is 1 to {TEXT_LENGTH_MAX} characters after trimming, "
            f"this one has {len(trimmed)}"
        )
    if not is_storable(trimmed):
        raise InvalidText("a text holds no NUL and no half of a surrogate pair")
    return trimmed


def delete(post: Post, *, caller: int, at: datetime) -> DomainEvent | None:
    """The deletion of a post, or None if it is deleted already. Raises NotTheAuthor."""
    if post.author != caller:
        raise NotTheAuthor("only its author may delete a post")
    if post.deleted:
        return None
    body = Deleted(at=at, post=post.number, author=post.author)
    return DomainEvent(post.id, post.version + 1, body)
