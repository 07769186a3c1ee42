"""A process without a gateway: slow clients, and ones that say too much, hold nothing for ever."""

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import AsyncGenerator, Callable, Generator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from command_api.app import create_app
from launcher import bounded_connection
from launcher.bounded_connection import (
    ENDED,
    HEAD_BYTES_MAX,
    OPEN,
    TOO_LARGE,
    BoundedConnection,
    Turn,
)
from projections.log.store import Store
from tests.integration.command_api import TOKENS, events, served
from tests.raw_client import connected, said
from tests.waiting import until

SECONDS = 0.5
EVERY_SECONDS = 0.05
HUGE = 16 * 1024 * 1024
CONNECTIONS_MAX = 100


@pytest.fixture(autouse=True)
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounds that a test can wait for."""
    monkeypatch.setattr(bounded_connection, "LOOK_EVERY_SECONDS", EVERY_SECONDS)
    for turn in Turn:
        monkeypatch.setattr(turn, "seconds_max", SECONDS)


async def echo(request: Request) -> Response:
    return PlainTextResponse(await request.body())


async def huge(_: Request) -> Response:
    return Response(bytes(HUGE))


async def without_end(_: Request) -> Response:
    async def chunks() -> AsyncGenerator[bytes]:
        while True:
            yield bytes(65_536)
            await asyncio.sleep(0.01)

    return StreamingResponse(chunks())


API = Starlette(
    routes=[
        Route("/", echo, methods=["GET", "POST"]),
        Route("/huge", huge),
        Route("/stream", without_end),
    ]
)


@pytest.fixture
def address() -> Generator[str]:
    """A process with answers of every kind."""
    with served(API, http=BoundedConnection, limit_concurrency=CONNECTIONS_MAX) as address:
        yield address


@pytest.fixture
def commands(database_url: str) -> Generator[str]:
    """A command API."""
    api = create_app(database_url=database_url, tokens=TOKENS, settings={})
    with served(api, http=BoundedConnection, limit_concurrency=CONNECTIONS_MAX) as address:
        yield address


@contextlib.contextmanager
def ended(why: str) -> Generator[Callable[[], bool]]:
    """Whether a connection was ended meanwhile for this reason."""
    before = ended_so_far(why)
    yield lambda: ended_so_far(why) > before


def ended_so_far(why: str) -> int:
    return int(ENDED.labels(why)._value.get())


def open_connections() -> int:
    return int(OPEN._value.get())


def dripped(client: socket.socket, drop: bytes) -> bytes:
    """What is said to who sends this again and again, with pauses, until the other side ends it."""
    client.settimeout(EVERY_SECONDS)
    answer, began = b"", time.monotonic()
    with contextlib.suppress(ConnectionError):
        while time.monotonic() - began < 20 * SECONDS:
            client.sendall(drop)
            with contextlib.suppress(TimeoutError):
                if not (part := client.recv(65_536)):
                    return answer
                answer += part
    assert answer, "nobody ended it"
    return answer


def is_problem(answer: bytes, status: int) -> bool:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head, answer
    assert b"x-content-type-options: nosniff" in head
    assert b"connection: close" in head
    assert head.startswith(b"HTTP/1.1 %d " % status), head
    return json.loads(body)["status"] == status


def test_who_connects_and_says_nothing_is_disconnected(address: str) -> None:
    with connected(address) as client:
        assert is_problem(said(client), 408)


def test_headers_that_come_byte_by_byte_are_not_waited_for(address: str) -> None:
    with connected(address) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: api\r\nX-Slow: ")
        assert is_problem(dripped(client, b"x"), 408)


def test_a_second_request_has_no_more_time_than_the_first(address: str) -> None:
    with connected(address) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: api\r\n\r\n")
        assert client.recv(4_096).startswith(b"HTTP/1.1 200")
        client.sendall(b"GET / HTTP/1.1\r\nX-Slow: ")
        assert is_problem(dripped(client, b"x"), 408)


def test_who_rests_between_requests_is_let_rest(address: str) -> None:
    with connected(address) as client:
        for _ in range(2):
            client.sendall(b"GET / HTTP/1.1\r\nHost: api\r\n\r\n")
            assert client.recv(4_096).startswith(b"HTTP/1.1 200")
            client.settimeout(3 * SECONDS)
            with pytest.raises(TimeoutError):
                client.recv(1)


@pytest.mark.parametrize("path", ["/posts/", "/users/"])
def test_a_body_that_comes_byte_by_byte_is_not_waited_for_and_nothing_is_done(
    commands: str, store: Store, path: str
) -> None:
    said_before = f"POST {path} HTTP/1.1\r\nHost: api\r\nContent-Type: application/json\r\n"
    with connected(commands) as client:
        client.sendall(f"{said_before}Content-Length: 60000\r\n\r\n".encode())
        assert is_problem(dripped(client, b"{"), 408)
    assert events(store) == []


@pytest.mark.parametrize("piece", [HEAD_BYTES_MAX // 4, 4 * HEAD_BYTES_MAX])
def test_headers_without_end_are_refused(address: str, piece: int) -> None:
    with connected(address) as client, ended(TOO_LARGE) as is_ended:
        client.sendall(b"GET / HTTP/1.1\r\nHost: api\r\nX-Long: ")
        with contextlib.suppress(ConnectionError):
            for _ in range(4 * HEAD_BYTES_MAX // piece):
                client.sendall(b"x" * piece)
        until(is_ended, "its connection is ended")


def test_headers_that_are_a_little_too_large_are_told_so(address: str) -> None:
    with connected(address) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: api\r\nX-Long: " + b"x" * HEAD_BYTES_MAX)
        assert is_problem(said(client), 431)


def test_many_requests_with_large_headers_are_answered_one_after_the_other(address: str) -> None:
    large = b"x" * (HEAD_BYTES_MAX * 3 // 4)
    with connected(address) as client:
        for _ in range(5):
            client.sendall(b"GET / HTTP/1.1\r\nHost: api\r\n")
            client.sendall(b"X-Long: " + large + b"\r\n\r\n")
            assert client.recv(4_096).startswith(b"HTTP/1.1 200")


def test_headers_are_counted_also_behind_a_request_that_was_refused_half_way(commands: str) -> None:
    with connected(commands) as client:
        body = b"x" * 70_000
        client.sendall(b"POST /users/ HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body))
        assert client.recv(4_096).startswith(b"HTTP/1.1 413")
        client.sendall(body + b"GET / HTTP/1.1\r\nX-Long: ")
        with ended(TOO_LARGE) as is_ended, contextlib.suppress(ConnectionError):
            client.sendall(b"x" * HEAD_BYTES_MAX * 2)
            until(is_ended, "its connection is ended")


@pytest.mark.parametrize("path", ["/huge", "/stream"])
def test_an_answer_that_nobody_takes_is_dropped(address: str, path: str) -> None:
    with connected(address) as client, ended(Turn.TAKE.why) as is_ended:
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: api\r\n\r\n".encode())
        until(is_ended, "its connection is ended")
        until(lambda: open_connections() == 0, "it is gone, though nothing was read")


def test_an_answer_that_is_taken_byte_by_byte_is_dropped(address: str) -> None:
    with connected(address) as client, ended(Turn.TAKE.why) as is_ended:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        client.sendall(b"GET /huge HTTP/1.1\r\nHost: api\r\n\r\n")

        def take_and_look() -> bool:
            with contextlib.suppress(ConnectionError):
                client.recv(1_000)
            return is_ended()

        until(take_and_look, "its connection is ended")


def test_a_stream_that_is_taken_goes_on_and_on(address: str) -> None:
    with connected(address) as client:
        client.sendall(b"GET /stream HTTP/1.1\r\nHost: api\r\n\r\n")
        began = time.monotonic()
        while time.monotonic() - began < 4 * SECONDS:
            assert client.recv(65_536)
