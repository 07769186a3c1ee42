"""A client that says what it likes, as slowly as it likes."""

import contextlib
import socket
from collections.abc import Generator
from contextlib import contextmanager
from urllib.parse import urlsplit

LONGEST_SECONDS = 15
"""For everything that the other side is waited for."""


@contextmanager
def connected(address: str) -> Generator[socket.socket]:
    """A connection to this address."""
    found = urlsplit(address)
    with socket.create_connection((found.hostname, found.port), LONGEST_SECONDS) as client:
        yield client


def said(client: socket.socket) -> bytes:
    """Everything until the other side hangs up. Raises TimeoutError if it does not."""
    answer = b""
    with contextlib.suppress(ConnectionResetError):
        while part := client.recv(65_536):
            answer += part
    return answer
