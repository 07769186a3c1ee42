"""What somebody would try to be counted less than they call."""

import asyncio
from uuid import UUID, uuid4

import httpx
import pytest
from starlette.applications import Starlette

from edge.around import Around
from edge.limits import limiter as limiter_module
from edge.limits.classes import Cost
from edge.limits.limiter import Key, limiter
from edge.limits.rate import Rate
from edge.rights import PERSON_HEADER
from edge.tokens import Role
from tests.conftest import Servers
from tests.integration.command_api import TOKENS

RATE = Rate(2, 3_600, 2)


def statuses(*sent: list[tuple[str, str]]) -> list[int]:
    """What requests with these headers are answered; 404 is one that is let through."""
    app = Around(rates={Cost.READ: RATE}).put(Starlette(), TOKENS)

    async def ask() -> list[int]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as http:
            return [(await http.get("/feed/", headers=one)).status_code for one in sent]

    return asyncio.run(ask())


def test_a_second_authorization_hides_nobody() -> None:
    bearer = f"Bearer {TOKENS.issue(uuid4())}"
    twice = [("Authorization", bearer), ("Authorization", "Bearer x")]
    assert statuses(*[twice] * 4) == [404, 404, 429, 429]


def test_a_person_is_one_however_a_service_spells_them() -> None:
    bearer = f"Bearer {TOKENS.issue_as(Role.SERVICE, 'app')}"
    person = uuid4()
    spelled = [str(person), str(person).upper(), person.hex, f"{{{person}}}", person.urn]
    assert {UUID(one) for one in spelled} == {person}
    sent = [[("Authorization", bearer), (PERSON_HEADER, one)] for one in spelled]
    assert statuses(*sent) == [404, 404, 429, 429, 429]


def test_a_burst_does_not_make_a_process_count_alone(servers: Servers) -> None:
    async def let_through() -> tuple[int, float]:
        counting = limiter(servers.redis_url)
        key = Key(f"person:{uuid4()}", Rate(10, 3_600, 10))
        verdicts = await asyncio.gather(*(counting.count([key]) for _ in range(300)))
        await counting.close()
        return sum(not one.wait for one in verdicts), limiter_module.ALONE._value.get()

    assert asyncio.run(let_through()) == (10, 0)


def test_who_is_counted_alone_is_not_forgotten_before_they_may_come_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [1_000.0]
    monkeypatch.setattr(limiter_module.time, "monotonic", lambda: clock[0])
    counting = limiter(None)
    key = Key("person:ada", Rate(2, 86_400, 2))

    def is_let_through() -> bool:
        return not asyncio.run(counting.count([key])).wait

    assert [is_let_through() for _ in range(3)] == [True, True, False]
    clock[0] += 7_200
    assert not is_let_through()
    clock[0] += 86_400
    assert is_let_through()
