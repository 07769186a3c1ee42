"""Whatever a provider answers, it is an object or a fault that is told, and soon."""

import socket
import threading
from collections.abc import Generator
from contextlib import closing, contextmanager

import pytest

from edge import provider_answers
from edge.provider_answers import ProviderFailed, json_at

WELL = b'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{"a": 1}'


@contextmanager
def answering(*pieces: bytes, hold: threading.Event | None = None) -> Generator[str]:
    """Answers one request with these bytes; after them it hangs up, or waits."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with closing(connection):
                connection.recv(65_536)
                for piece in pieces:
                    connection.sendall(piece)
                if hold is not None:
                    hold.wait(30)

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        finally:
            if hold is not None:
                hold.set()
            thread.join()


def test_an_object_is_taken() -> None:
    with answering(WELL) as url:
        assert json_at(url) == {"a": 1}


@pytest.mark.parametrize(
    "answer",
    [
        b"no HTTP at all\r\n\r\n",
        b"HTTP/1.1 \xff\xff\r\n\r\n",
        WELL[:-3],
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{",
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.2/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 100_000,
        b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 300_000,
        b"",
    ],
    ids=["no HTTP", "no status", "cut", "a chunk cut", "elsewhere", "deep", "long", "nothing"],
)
def test_anything_else_is_a_fault_of_the_provider(answer: bytes) -> None:
    with answering(answer) as url, pytest.raises(ProviderFailed):
        json_at(url)


@pytest.mark.parametrize("url", ["https://[bad", "http://login.example/", "ftp://x/", "file:///x"])
def test_an_address_that_is_none_is_not_asked(url: str) -> None:
    with pytest.raises(ProviderFailed):
        json_at(url)


def test_an_answer_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider_answers, "ANSWER_SECONDS_MAX", 0.2)
    drops = [WELL[:-8], *[b" "] * 3]
    with answering(*drops, hold=threading.Event()) as url, pytest.raises(ProviderFailed):
        json_at(url)
