"""Limits on real Valkey: shared by processes, under the user's own rights, and alone without it."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from redis import Redis
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from edge.around import Around
from edge.limits.classes import Cost
from edge.limits.limiter import Key, Limiter, limiter
from edge.limits.rate import Rate
from edge.limits.shared import PREFIX
from edge.rights import PERSON_HEADER
from edge.tokens import Role
from launcher.around import around
from launcher.settings import Settings
from tests.conftest import Servers
from tests.integration.command_api import TOKENS
from tests.integration.own_roles import OwnRoles, own_roles

SLOW = Rate(3, 3_600, 3)
RATES = {Cost.READ: SLOW}


@pytest.fixture(scope="module")
def roles(tmp_path_factory: pytest.TempPathFactory) -> Generator[OwnRoles]:
    with own_roles(tmp_path_factory.mktemp("limits")) as roles:
        yield roles


def counted(limiters: list[Limiter], keys: list[Key], calls: int) -> list[bool]:
    """Which of so many calls in turns are let through."""

    async def count() -> list[bool]:
        verdicts = [await limiters[call % len(limiters)].count(keys) for call in range(calls)]
        for one in limiters:
            await one.close()
        return [not verdict.wait for verdict in verdicts]

    return asyncio.run(count())


def test_two_processes_count_together_under_the_rights_of_their_user(roles: OwnRoles) -> None:
    limiters = [limiter(roles.redis_url("limits")) for _ in range(2)]
    assert counted(limiters, [Key("person:read:ada", SLOW)], 5) == [True] * 3 + [False] * 2
    admin = Redis.from_url(roles.admin_redis_url())
    assert 0 < admin.pttl(f"{PREFIX}person:read:ada") <= 3_600_000
    assert admin.execute_command("ACL", "LOG") == []


def test_who_is_sent_away_has_used_up_nothing_of_the_other_bound(servers: Servers) -> None:
    key, wide = Key(f"person:{uuid4()}", SLOW), Key(f"address:{uuid4()}", Rate(5, 3_600, 5))
    assert counted([limiter(servers.redis_url)], [key, wide], 20).count(True) == 3
    assert counted([limiter(servers.redis_url)], [wide], 5).count(True) == 2


@pytest.mark.parametrize("url", [None, "redis://127.0.0.1:1/0"], ids=["none", "away"])
def test_without_valkey_a_process_counts_alone(url: str | None) -> None:
    assert counted([limiter(url)], [Key("person:read:ada", SLOW)], 5) == [True] * 3 + [False] * 2


async def said(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"{request.method} {request.url.path}")


@asynccontextmanager
async def client(**around: Any) -> AsyncGenerator[httpx.AsyncClient]:
    app = Starlette(routes=[Route("/{path:path}", said, methods=["GET", "POST", "DELETE"])])
    transport = httpx.ASGITransport(Around(**around).put(app, TOKENS), client=("192.0.2.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as http:
        yield http


def answers(*sent: dict[str, Any], **around: Any) -> list[httpx.Response]:
    """What these requests are answered, one after the other."""

    async def ask() -> list[httpx.Response]:
        async with client(**around) as http:
            return [
                await http.request(
                    one.get("method", "GET"), one.get("url", "/feed/"), headers=one.get("headers")
                )
                for one in sent
            ]

    return asyncio.run(ask())


def of(role: Role, subject: str, **more: str) -> dict[str, Any]:
    return {"headers": {"Authorization": f"Bearer {TOKENS.issue_as(role, subject)}"} | more}


def test_who_calls_too_often_is_told_which_bound_and_when_to_come_again() -> None:
    ada = of(Role.PERSON, str(uuid4()))
    *let_in, sent_away = answers(*[ada] * 4, rates=RATES)
    assert [one.status_code for one in let_in] == [200] * 3
    assert [one.headers["RateLimit"].split(";")[1] for one in let_in] == ["r=2", "r=1", "r=0"]
    assert let_in[0].headers["RateLimit-Policy"] == '"read-by-person";q=3;w=3600'
    assert sent_away.status_code == 429
    assert sent_away.headers["Content-Type"] == "application/problem+json"
    assert 0 < int(sent_away.headers["Retry-After"]) <= 1_200
    assert "class 'read' by this person: 3 in 3600 s" in sent_away.json()["detail"]


def test_each_person_and_each_class_has_its_own_bound() -> None:
    ada, bob = of(Role.PERSON, str(uuid4())), of(Role.PERSON, str(uuid4()))
    post = {"method": "POST", "url": "/posts/"}
    found = answers(*[ada] * 4, *[bob] * 3, ada | post, {"url": "/livez"}, rates=RATES)
    assert [one.status_code for one in found] == [200] * 3 + [429] + [200] * 5


def test_a_service_spends_what_the_person_has_for_whom_it_acts() -> None:
    ada, app = str(uuid4()), [of(Role.SERVICE, "app", **{PERSON_HEADER: str(uuid4())})] * 3
    mixed = [of(Role.SERVICE, "app", **{PERSON_HEADER: ada}), *[of(Role.PERSON, ada)] * 3]
    assert [one.status_code for one in answers(*mixed, *app, rates=RATES)] == [
        *[200] * 3, 429, *[200] * 3,
    ]  # fmt: skip


def test_an_address_has_so_many_times_as_much_whoever_they_say_they_are() -> None:
    everybody = [of(Role.PERSON, str(uuid4())) for _ in range(5)]
    nobody = {"headers": {"X-Forwarded-For": "203.0.113.9"}}
    forged = {"headers": {"Authorization": "Bearer forged"}}
    found = answers(*everybody, nobody, forged, rates=RATES, address_factor=2)
    assert [one.status_code for one in found] == [200] * 6 + [429]
    assert "by this address" in found[-1].json()["detail"]


def test_no_answer_may_be_taken_for_anything_else_nor_kept_for_others() -> None:
    for answer in answers({}, {}, {}, {}, rates=RATES, address_factor=1):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


OURS, THEIRS = "https://app.example", "https://evil.example"


@pytest.mark.parametrize(("origin", "may"), [(OURS, True), (THEIRS, False)])
def test_pages_of_the_origins_that_are_named_may_call_and_no_others(origin: str, may: bool) -> None:
    preflight = {
        "method": "OPTIONS",
        "headers": {
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization, feed-token, idempotency-key",
        },
    }
    asked, answered = answers(preflight, {"headers": {"Origin": origin}}, origins=[OURS])
    assert asked.status_code == (200 if may else 400)
    for one in (asked, answered):
        assert one.headers.get("Access-Control-Allow-Origin") == (OURS if may else None)
        assert "Access-Control-Allow-Credentials" not in one.headers
    if may:
        assert "Feed-Token" in answered.headers["Access-Control-Expose-Headers"]


def test_without_origins_no_page_may() -> None:
    [answer] = answers({"headers": {"Origin": OURS}})
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_the_settings_say_all_of_it(tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text("redis://limits\n")
    settings = Settings.of(
        limit_read="600/60s burst 100", cors_origins=f"{OURS} https://b.example", proxies=1,
        limits_redis_url_file=file,
    )  # fmt: skip
    found = around(settings)
    assert found.rates == {Cost.READ: Rate(600, 60, 100)}
    assert (found.origins, found.proxies) == ([OURS, "https://b.example"], 1)
    assert found.limits_url == "redis://limits"
