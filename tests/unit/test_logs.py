"""What a process writes to its log, and what never."""

import asyncio
import json
import subprocess
import sys
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from edge.problems import Problem
from edge.request_log import RequestLog, Which

PASSWORD = "hush-hush"
TEXT = "what somebody wrote"

PROCESS = """
import logging, sys
from launcher.logs import log_to_stderr, request_line
from launcher.settings import Settings
settings = Settings.of(log_level="DEBUG", log_format={format!r}, token_key="k" * 40,
    database_url="postgresql://ada:{password}@host/db")
log_to_stderr(settings)
log = logging.getLogger("somebody")
log.info("at %s", settings.database_url.value)
log.info("key %s, redis://:other@host", "k" * 40)
log.info("Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl")
log.info("fine", extra={{"position": 7}})
request_line(settings)(method="GET", route="/feed/", status=200)
try:
    try:
        raise ValueError({text!r})
    except ValueError as error:
        raise KeyError({text!r}) from error
except KeyError:
    log.exception("failed")
raise OSError(28, {text!r})
"""


def written(how: str) -> str:
    program = PROCESS.format(format=how, password=PASSWORD, text=TEXT)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stdout == ""
    return done.stderr


def test_every_line_is_a_json_object_without_secrets_and_messages_of_errors() -> None:
    told = written("auto")
    assert not [one for one in (PASSWORD, TEXT, "k" * 40, "other", "eyJ") if one in told], told
    lines = [json.loads(line) for line in told.splitlines()]
    assert [line["event"] for line in lines] == [
        "at ***",
        "key ***, redis://:***@host",
        "Bearer ***",
        "fine",
        "request",
        "failed",
        "a fault of ours ends this",
    ]
    assert all(set(line) >= {"timestamp", "level", "logger", "event"} for line in lines)
    assert lines[3]["position"] == 7
    assert (lines[4]["route"], lines[4]["level"]) == ("/feed/", "info")
    assert lines[5]["error"] == "KeyError"
    assert [at for at in lines[5]["traceback"].split("\n") if ":" not in at] == [
        "ValueError",
        "KeyError",
    ]
    assert (lines[6]["error"], lines[6]["level"]) == ("OSError (28)", "critical")


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_what_only_the_event_loop_or_the_interpreter_saw_is_told_without_its_message(
    loop: str,
) -> None:
    program = f"""
import asyncio, gc, {loop}
from launcher.logs import log_to_stderr
from launcher.settings import Settings
log_to_stderr(Settings.of(log_format="json"))
class Failing:
    def __del__(self): raise ValueError({TEXT!r})
async def fail(): raise ValueError({TEXT!r})
def called(): raise ValueError({TEXT!r})
async def main():
    asyncio.create_task(fail())
    await asyncio.sleep(0.01)
    gc.collect()
    asyncio.get_running_loop().call_soon(called)
    await asyncio.sleep(0.01)
{loop}.run(main())
Failing()
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["error"] for line in lines] == ["ValueError"] * 3
    assert TEXT not in done.stderr


def test_for_people_it_is_no_json_and_holds_as_little() -> None:
    told = written("console")
    assert "fine" in told
    assert "{" not in told
    assert not [one for one in (PASSWORD, TEXT, "k" * 40, "other", "eyJ") if one in told], told


async def _refuse(request: Request) -> JSONResponse:
    assert request.path_params
    raise Problem(503, "no")


async def _answer(_: Request) -> JSONResponse:
    return JSONResponse({}, headers={"Feed-Token": "epoch.12.seal"})


async def _fail(_: Request) -> JSONResponse:
    raise ValueError


def asked(
    path: str, which: Which = "all", /, **headers: str
) -> tuple[httpx.Response, list[dict[str, Any]]]:
    lines: list[dict[str, Any]] = []

    def write(**fields: object) -> None:
        lines.append(fields)

    async def problem(_: Request, error: Exception) -> Any:
        assert isinstance(error, Problem)
        return error.response()

    app = Starlette(
        routes=[
            Route("/people/{id}", _refuse), Route("/well", _answer), Route("/fails", _fail),
            Route("/livez", _answer),
        ],
        exception_handlers={Problem: problem},
    )  # fmt: skip
    logged = RequestLog(app, write, which)
    given = {name.replace("_", "-"): value for name, value in headers.items()}

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(logged, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return await client.get(path, headers=given)

    return asyncio.run(ask()), lines


def test_a_line_names_the_route_and_not_what_was_asked_for() -> None:
    answer, [line] = asked("/people/ada?and=more")
    assert line.pop("ms") >= 0
    assert line.pop("request_id") == answer.headers["X-Request-Id"] == answer.json()["request_id"]
    assert line == {"method": "GET", "route": "/people/{id}", "status": 503}


def test_a_line_has_the_position_that_the_answer_names() -> None:
    assert asked("/well")[1][0]["position"] == 12


def test_what_no_route_serves_is_told_apart_from_nothing() -> None:
    [line] = asked("/ada")[1]
    assert (line["method"], line["route"], line["status"]) == ("ANY", "unmatched", 404)


UUID = "0192f0c1-7a54-7000-8000-0123456789ab"
TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        ({"X_Request_Id": UUID}, UUID),
        ({"traceparent": PARENT}, TRACE),
        ({"traceparent": PARENT, "X_Request_Id": "ab" * 10}, "ab" * 10),
        ({"X_Request_Id": "ada wrote this"}, None),
        ({"X_Request_Id": "ab" * 40}, None),
        ({"traceparent": PARENT.replace(TRACE, "0" * 32)}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_a_request_keeps_a_well_formed_id_and_gets_one_otherwise(
    headers: dict[str, str], kept: str | None
) -> None:
    answer, [line] = asked("/well", **headers)
    assert answer.headers["X-Request-Id"] == line["request_id"]
    if kept is None:
        assert len(line["request_id"]) == 32
        assert line["request_id"] not in headers.values()
    else:
        assert line["request_id"] == kept


@pytest.mark.parametrize(
    ("which", "path", "count"),
    [
        ("all", "/well", 1), ("all", "/livez", 0), ("all", "/fails", 1), ("failed", "/well", 0),
        ("failed", "/fails", 1), ("failed", "/people/1", 1), ("none", "/fails", 0),
    ],
)  # fmt: skip
def test_which_requests_have_a_line_is_a_setting(which: Which, path: str, count: int) -> None:
    assert len(asked(path, which)[1]) == count
