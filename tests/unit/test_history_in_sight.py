"""Another history comes into sight: what was remembered is forgotten, what was begun is void."""

import asyncio

import httpx
from cachetools import LRUCache
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from projections.log.in_sight import HistoryInSight
from query_api.cache import FactCache
from query_api.one_history import OneHistory


def test_the_first_epoch_is_no_change_and_neither_is_one_that_is_gone_for_a_while() -> None:
    history, changes = HistoryInSight(), list[int]()
    history.on_change(lambda: changes.append(1))
    for epoch in ("", "a", "", "a"):
        history.see(epoch)
    assert (history.epoch, history.changes, changes) == ("a", 0, [])


def test_another_epoch_is_told_to_everyone_who_remembers() -> None:
    history, told = HistoryInSight(), list[str]()
    history.on_change(lambda: told.append("one"))
    history.on_change(lambda: told.append("other"))
    for epoch in ("a", "b", "", "c"):
        history.see(epoch)
    assert (history.epoch, history.changes) == ("c", 2)
    assert told == ["one", "other"] * 2


def ask(history: HistoryInSight, epoch: str) -> httpx.Response:
    """An answer while whose making this epoch is seen."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        history.see(epoch)
        await PlainTextResponse("read before and after")(scope, receive, send)

    async def call() -> httpx.Response:
        transport = httpx.ASGITransport(app=OneHistory(app, history))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.get("/")

    return asyncio.run(call())


def test_an_answer_begun_before_a_change_is_taken_back_whole() -> None:
    history = HistoryInSight()
    history.see("a")
    answer = ask(history, "b")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    assert "replaced" in answer.json()["detail"]
    assert "read before" not in answer.text


def test_an_answer_within_one_history_is_left_alone() -> None:
    history = HistoryInSight()
    history.see("a")
    assert ask(history, "a").text == "read before and after"


def test_what_was_on_its_way_into_a_cache_that_is_forgotten_does_not_get_into_it() -> None:
    async def load(numbers: object) -> dict[int, str]:
        if not loads:
            cache.forget()
        loads.append(numbers)
        return {7: f"load {len(loads)}"}

    loads: list[object] = []
    cache = FactCache[str]("test", load, 10)
    assert isinstance(cache._facts, LRUCache)
    assert asyncio.run(cache.get([7])) == {7: "load 1"}
    assert asyncio.run(cache.get([7])) == {7: "load 2"}
    assert asyncio.run(cache.get([7])) == {7: "load 2"}
