"""What may stand in a log line: never a post's text, a name, a token or a password.

An error's message may quote what it was about: Postgres quotes a row, a parser its input. So of an
error that nobody expected a line has the type and the places in the code, and no message.
"""

import re
import traceback
from collections.abc import Callable, Collection, MutableMapping
from types import TracebackType
from typing import Any

from edge import request_id

Fields = MutableMapping[str, Any]
Processor = Callable[[Any, str, Fields], Any]
"""A step on a line's way, as structlog knows it."""

MASK = "***"

_PASSWORD_IN_ADDRESS = re.compile(r"(://[^/@:\s]*:)[^/@\s]+@")
_SIGNED = re.compile(r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]+|\b[0-9a-f-]{16,}\.\d+\.[\w-]{16}(?![\w-])")
"""Access tokens (JWT) and feed tokens (`<epoch>.<position>.<seal>`)."""


def of_which_request(_: Any, __: str, fields: Fields) -> Fields:
    """Adds the id of the request that is being answered, if it is one."""
    if (name := request_id.current()) is not None:
        fields.setdefault("request_id", name)
    return fields


def type_and_place(_: Any, __: str, fields: Fields) -> Fields:
    """In place of `exc_info`: each error of the chain by its type, and where it went through."""
    given = fields.pop("exc_info", None)
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        fields["error"] = _kind(error)
        fields["traceback"] = "\n".join(_places(error))
    fields.pop("stack_info", None)
    return fields


def first_line_of_asyncio(_: Any, __: str, fields: Fields) -> Fields:
    """asyncio says after the first line what failed, and quotes the error."""
    if fields.get("logger") == "asyncio":
        fields["event"] = str(fields.get("event", "")).partition("\n")[0]
    return fields


def without_secrets(secrets: Collection[str]) -> Processor:
    """Masks these, and whatever looks like a token or like a password in an address."""
    known = sorted(filter(None, secrets), key=len, reverse=True)

    def masked(text: str) -> str:
        for secret in known:
            text = text.replace(secret, MASK)
        return _SIGNED.sub(MASK, _PASSWORD_IN_ADDRESS.sub(rf"\1{MASK}@", text))

    def mask(_: Any, __: str, fields: Fields) -> Fields:
        return {k: masked(v) if isinstance(v, str) else v for k, v in fields.items()}

    return mask


def _kind(error: BaseException) -> str:
    """Its type, and the number that Postgres or the operating system gives it."""
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    code = getattr(error, "sqlstate", None) or getattr(error, "errno", None)
    return f"{kind} ({code})" if code else kind


def _places(error: BaseException) -> list[str]:
    """From the cause to the last one, as Python tells it."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    told = [] if before is None else _places(before)
    if isinstance(error, BaseExceptionGroup):
        told += [place for each in error.exceptions for place in _places(each)]
    return [*told, *_frames(error.__traceback__), _kind(error)]


def _frames(trace: TracebackType | None) -> list[str]:
    frames = traceback.StackSummary.extract(traceback.walk_tb(trace), lookup_lines=False)
    return [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
