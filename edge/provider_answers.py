"""What an OpenID Connect provider answers, taken with care: it decides who is let in."""

import http.client
import json
import time
import urllib.request
from typing import Any
from urllib.parse import urlsplit

ANSWER_SECONDS_MAX = 5.0
ANSWER_BYTES_MAX = 256 * 1024
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

_PIECE_BYTES = 64 * 1024


class ProviderFailed(Exception):
    """The provider does not answer, or not as OpenID Connect says."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Discovery needs none, and one could lead to where no certificate is asked for."""

    def redirect_request(
        self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> None:
        """None: the redirection is an error."""


_open = urllib.request.build_opener(_NoRedirects).open


def is_reached_safely(url: str) -> bool:
    """Whether it is https, or does not leave this machine. Raises ValueError."""
    found = urlsplit(url)
    return found.scheme == "https" or found.hostname in LOOPBACK


def json_at(url: str) -> dict[str, Any]:
    """The object that is answered there. Raises ProviderFailed, whatever else it may be."""
    try:
        if not is_reached_safely(url):
            raise ProviderFailed(f"{url} is not reached by https")
        found = json.loads(_read(url))
    except (OSError, ValueError, RecursionError, http.client.HTTPException) as error:
        raise ProviderFailed(f"{url}: {error}") from error
    if not isinstance(found, dict):
        raise ProviderFailed(f"{url} does not answer with an object")
    return found


def _read(url: str) -> bytes:
    deadline = time.monotonic() + ANSWER_SECONDS_MAX
    content = b""
    with _open(url, timeout=ANSWER_SECONDS_MAX) as answer:
        while piece := answer.read1(_PIECE_BYTES):
            content += piece
            if len(content) > ANSWER_BYTES_MAX:
                raise ProviderFailed(f"{url} answers with more than {ANSWER_BYTES_MAX} bytes")
            if time.monotonic() > deadline:
                raise ProviderFailed(f"{url} takes longer than {ANSWER_SECONDS_MAX} s")
        if answer.length:
            raise ProviderFailed(f"{url} ends in the middle")
    return content
