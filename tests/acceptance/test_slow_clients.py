"""Who sends slowly, or too much, is cut off by the gateway, and holds nobody else up."""

import contextlib
import time

import httpx

from tests.examples import long
from tests.raw_client import LONGEST_SECONDS, connected, said

READ_HEADER_SECONDS = 5
CLIENTS = 50


@long
def test_half_a_header_is_not_waited_for_for_ever_and_others_are_served_meanwhile(
    gateway: str, http: httpx.Client
) -> None:
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(connected(gateway)) for _ in range(CLIENTS)]
        for client in slow:
            client.sendall(b"GET /feed/ HTTP/1.1\r\nHost: api\r\nX-Slow: ")
        began = time.monotonic()
        assert http.get("/readyz").status_code == 200
        assert time.monotonic() - began < READ_HEADER_SECONDS / 2
        for client in slow:
            assert b"200 OK" not in said(client)
    assert time.monotonic() - began < LONGEST_SECONDS


def test_headers_without_end_are_refused(gateway: str) -> None:
    with connected(gateway) as client:
        client.sendall(b"GET /feed/ HTTP/1.1\r\nHost: api\r\n")
        with contextlib.suppress(ConnectionError):
            for number in range(10_000):
                client.sendall(b"X-%d: more\r\n" % number)
            client.sendall(b"\r\n")
        assert b"431" in said(client)[:64]


def test_a_huge_body_is_refused(gateway: str) -> None:
    head = b"POST /posts/ HTTP/1.1\r\nHost: api\r\nConnection: close\r\n"
    with connected(gateway) as client:
        client.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            for _ in range(64):
                client.sendall(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
            client.sendall(b"0\r\n\r\n")
        assert b"413" in said(client)[:64]
