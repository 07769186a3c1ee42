"""How many connections a process has, and how long a read takes; also of one that was started."""

import asyncio
import os
import sys
import time
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from edge import read_time
from edge.body_limit import BodyLimit
from edge.read_time import ReadTime
from launcher.bounded_connection import (
    HEAD_SECONDS_MAX,
    OPEN,
    REFUSED,
    SPARE_CONNECTIONS,
    BoundedConnection,
)
from launcher.child import Child, Program
from launcher.ports import choose_ports
from launcher.probes_only import TURNED_AWAY
from launcher.settings import environment_name
from tests.examples import long
from tests.integration.command_api import served
from tests.raw_client import connected, said
from tests.servers import Servers
from tests.waiting import until

CONNECTIONS_MAX = 3


def api() -> FastAPI:
    app = FastAPI()
    app.add_middleware(ReadTime)
    app.add_middleware(BodyLimit)

    @app.get("/livez")
    async def livez() -> str:
        return "ok"

    @app.get("/slow")
    @app.post("/slow")
    async def slow() -> str:
        await asyncio.sleep(0.5)
        return "done"

    return app


@pytest.fixture
def address() -> Generator[str]:
    """A process with few connections."""
    with served(api(), http=BoundedConnection, limit_concurrency=CONNECTIONS_MAX) as address:
        yield address


def open_connections() -> int:
    return int(OPEN._value.get())


def test_above_the_bound_probes_are_answered_and_others_told_to_come_again(address: str) -> None:
    with ExitStack() as stack, httpx.Client(base_url=address) as client:
        for _ in range(CONNECTIONS_MAX - 1):
            stack.enter_context(connected(address))
        until(lambda: open_connections() == CONNECTIONS_MAX - 1, "all are there")
        assert client.post("/slow").status_code == 200
        before = TURNED_AWAY._value.get()
        sent_away = httpx.get(f"{address}/slow")
        assert (sent_away.status_code, sent_away.json()["status"]) == (503, 503)
        assert sent_away.headers["Retry-After"] == "1"
        assert sent_away.headers["Connection"] == "close"
        assert sent_away.headers["X-Content-Type-Options"] == "nosniff"
        assert httpx.get(f"{address}/livez").headers["Connection"] == "close"
        assert TURNED_AWAY._value.get() == before + 1
        assert client.post("/slow").status_code == 200, "who was there before stays"
        stack.close()
        until(lambda: open_connections() == 1, "the others have gone")
        assert httpx.get(f"{address}/slow").status_code == 200


def test_far_above_the_bound_connections_are_closed_at_once(address: str) -> None:
    with ExitStack() as stack:
        for _ in range(CONNECTIONS_MAX + SPARE_CONNECTIONS):
            stack.enter_context(connected(address))
        until(lambda: open_connections() == CONNECTIONS_MAX + SPARE_CONNECTIONS, "all are there")
        before = REFUSED._value.get()
        one_more = stack.enter_context(connected(address))
        assert said(one_more) == b""
        assert REFUSED._value.get() == before + 1


def test_a_read_that_takes_too_long_is_answered_and_a_command_is_left_to_end(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_time, "READ_SECONDS_MAX", 0.05)
    with httpx.Client(base_url=address) as client:
        read = client.get("/slow")
        assert (read.status_code, read.json()["status"]) == (503, 503)
        assert read.headers["Retry-After"] == "1"
        assert client.post("/slow").json() == "done"


@long
def test_a_process_that_was_started_has_these_bounds(
    servers: Servers, database_url: str, tmp_path: Path
) -> None:
    [port] = choose_ports("127.0.0.1", {"the query API": 0})
    given = {
        "database_url": database_url,
        "redis_url": servers.redis_url,
        "token_key": "k" * 32,
        "query_port": str(port),
        "connections_max": str(CONNECTIONS_MAX),
    }
    environment = os.environ | {environment_name(name): value for name, value in given.items()}
    arguments = [sys.executable, "-m", "launcher", "query-api"]
    child = Child(Program("query-api", arguments, environment, tmp_path / "log"))
    try:
        address = f"http://127.0.0.1:{port}"
        until(lambda: answers(address), "the process answers")
        with ExitStack() as stack:
            began = time.monotonic()
            silent = [stack.enter_context(connected(address)) for _ in range(CONNECTIONS_MAX)]
            until(lambda: httpx.get(f"{address}/feed/").status_code == 503, "it is full")
            assert answers(address)
            assert all(b" 408 " in said(client)[:16] for client in silent)
            assert HEAD_SECONDS_MAX <= time.monotonic() - began < 3 * HEAD_SECONDS_MAX
        assert httpx.get(f"{address}/feed/").status_code == 401
    finally:
        child.ask_to_stop()
        child.wait()


def answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/livez").status_code == 200
    except httpx.TransportError:
        return False
