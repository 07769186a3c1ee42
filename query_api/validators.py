"""ETags (RFC 9110, 8.8.3): an answer that says the same as before need not be sent again."""

import re
from base64 import urlsafe_b64encode
from hashlib import blake2b

from fastapi import Response

TAG_BYTES = 12

CACHE_CONTROL = "private, no-cache"

UNCHANGING_HEADERS = ("content-length", "content-type")

# What only says how new the answer is stays out of the tag, and goes on in the headers. Quotes
# inside texts are escaped in JSON, so nothing that a person wrote can look like this.
_HOW_NEW = re.compile(rb'"as_of":\d+|"lag":\{[^}]*\}')

_TAG = re.compile(r'(?:W/)?"([^"]*)"')


def with_etag(response: Response, if_none_match: str | None) -> Response:
    """The answer with its tag; or, if the client has it already, 304 with all but its body."""
    tag = tag_of(_HOW_NEW.sub(b"", bytes(response.body)))
    response.headers["ETag"] = etag(tag)
    response.headers["Cache-Control"] = CACHE_CONTROL
    if if_none_match is None or not names(if_none_match, tag):
        return response
    headers = {k: v for k, v in response.headers.items() if k not in UNCHANGING_HEADERS}
    return Response(status_code=304, headers=headers)


def tag_of(said: bytes) -> str:
    """The tag of an answer, from what it says besides how new it is."""
    return urlsafe_b64encode(blake2b(said, digest_size=TAG_BYTES).digest()).decode()


def etag(tag: str) -> str:
    """The header's value. Weak: answers of different age have the same."""
    return f'W/"{tag}"'


def names(if_none_match: str, tag: str) -> bool:
    """Whether a client that sends this has the answer with the tag already."""
    return if_none_match.strip() == "*" or tag in _TAG.findall(if_none_match)
