"""Names and texts as they are read: opened with the key of whose they are.

The read models hold them as they stand in the log. What cannot be opened is left out and logged: it
was changed under our hands, which `slackwater verify` tells exactly.
"""

import logging
from uuid import UUID

from domain.errors import CannotOpen
from domain.sealing import DISPLAY_NAME, HANDLE, TEXT, PersonKey
from query_api.bodies import Author

logger = logging.getLogger(__name__)


def opened_author(
    public_id: UUID, handle: str, display_name: str, key: bytes | None
) -> Author | None:
    """A person as they are sent. Without a key their names are not sealed."""
    if key:
        try:
            person = PersonKey(key)
            handle = person.open(handle, HANDLE, public_id)
            display_name = person.open(display_name, DISPLAY_NAME, public_id)
        except CannotOpen as error:
            logger.error("a person is left out: %s", error)  # noqa: TRY400
            return None
    return Author(id=public_id, handle=handle, display_name=display_name)


def opened_text(post_id: UUID, text: str, key: bytes | None, *, is_sealed: bool) -> str | None:
    """What a post says."""
    if not is_sealed:
        return text
    try:
        if not key:
            raise CannotOpen(f"the author of {post_id} has no key")
        return PersonKey(key).open(text, TEXT, post_id)
    except CannotOpen as error:
        logger.error("a post is left out: %s", error)  # noqa: TRY400
        return None
