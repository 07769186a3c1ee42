"""The Idempotency-Key header (draft-ietf-httpapi-idempotency-key-header): one key, one command.

Keys are a person's own. Whoever registers is nobody yet: their key has to be hard to guess.
"""

import re
from typing import Annotated

from fastapi import Depends, Header

from edge.problems import Problem

KEY_LENGTH_MIN, KEY_LENGTH_MAX = 16, 128
_KEY = re.compile(rf"[!-~]{{{KEY_LENGTH_MIN},{KEY_LENGTH_MAX}}}")


async def _idempotency_key(
    idempotency_key: Annotated[
        str | None,
        Header(
            description="Repeat a request with the same key, and it is carried out once: "
            f"{KEY_LENGTH_MIN} to {KEY_LENGTH_MAX} visible ASCII characters, such as a random UUID",
            json_schema_extra={"pattern": f"^{_KEY.pattern}$"},
        ),
    ] = None,
) -> str | None:
    if idempotency_key is None:
        return None
    key = idempotency_key.strip()
    if len(key) > 1 and key[0] == key[-1] == '"':  # a structured string, as the draft wants it
        key = key[1:-1]
    if not _KEY.fullmatch(key):
        raise Problem(
            400,
            f"an Idempotency-Key is {KEY_LENGTH_MIN} to {KEY_LENGTH_MAX} visible ASCII "
            "characters, hard to guess: a random UUID will do",
        )
    return key


IdempotencyKey = Annotated[str | None, Depends(_idempotency_key)]
"""A route parameter of this type is the request's key, if it has one; 400 if it cannot be one."""
