"""What a drill would notice: each way in which answers or the store can be wrong."""

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from tests.drills.client import Client, Patience
from tests.drills.drill import Drill, Result, nothing
from tests.drills.judgement import Judgement, compare
from tests.drills.person import Person
from tests.drills.record import Attempt, Kind, Record
from tests.drills.write import State, Write

ADA = "01a20353-9494-76da-a091-dd456c037a46"
BOB = "01a20353-9494-76da-a091-dd456c037a47"


def written(kind: str, which: str, state: State = State.DONE, **known: Any) -> Write:
    write = Write("POST", "/", (kind, which), state=state, **known)
    write.attempts = 1
    return write


def seen(answer: httpx.Response, *, path: str = "/feed/", **knows: Any) -> set[str]:
    """What Ada's client finds wrong with an answer that she reads."""
    record = Record()
    transport = httpx.MockTransport(lambda _: answer)
    http = httpx.AsyncClient(transport=transport, base_url="http://test")
    ada = Person(Client(http, record, Patience()), record, "ada", ADA, **knows)
    ada.client.position = 10
    asyncio.run(ada.read_following() if path.endswith("following") else _read_page(ada, path))
    return set(record.violations)


async def _read_page(person: Person, path: str) -> None:
    await person.read_own_page(path)


def page(
    *posts: tuple[str, int], position: int = 20, more: bool = False, consistency: str = "met"
) -> Any:
    items = [{"id": post, "position": at} for post, at in posts]
    following = str(posts[-1][1]) if more else None
    body = {"items": items, "next": following, "as_of": position}
    headers = {"Feed-Token": f"e.{position}.s", "Feed-Consistency": consistency}
    return httpx.Response(200, json=body, headers=headers)


MINE = {"p": written("text", "hello", position=5)}


def test_a_right_answer_is_not_objected_to() -> None:
    assert seen(page(("q", 7), ("p", 5)), posts=MINE) == set()
    assert seen(page(("q", 7), more=True), posts=MINE) == set(), "mine is on the next page"


@pytest.mark.parametrize(
    ("answer", "knows", "what"),
    [
        (page(position=9), {}, "older than seen"),
        (page(("q", 7)), {"posts": MINE}, "own post missing"),
        (page(("p", 5), ("p", 5)), {}, "twice or out of order on a page"),
        (page(("p", 5), ("q", 7)), {}, "twice or out of order on a page"),
        (page(("p", 5)), {"deletions": {"p": written("deletion", "p")}}, "own deletion undone"),
        (httpx.Response(404, headers={"Feed-Token": "e.20.s"}), {}, "refused"),
    ],
)
def test_a_wrong_answer_is_noticed(answer: Any, knows: dict[str, Any], what: str) -> None:
    assert seen(answer, **knows) == {what}


def test_an_old_answer_that_says_so_is_not_wrong() -> None:
    assert seen(page(position=9, consistency="unmet"), posts=MINE) == set()


def test_a_follow_that_is_not_shown_as_it_was_written_is_noticed() -> None:
    pairs = {BOB: [written("pair", "ada>bob")]}
    assert seen(page((BOB, 3)), path="/following", pairs=pairs) == set()
    assert seen(page(), path="/following", pairs=pairs) == {"own follow not as written"}
    pairs[BOB].append(written("pair", "ada>bob"))
    assert seen(page((BOB, 3)), path="/following", pairs=pairs) == {"own follow not as written"}


def test_what_was_acknowledged_is_in_the_store_once() -> None:
    writes = [
        written("text", "done"),
        written("text", "lost"),
        written("text", "twice"),
        written("text", "refused", State.REFUSED),
        written("text", "unclear", State.UNCLEAR),
        written("text", "unclear, and stored", State.UNCLEAR),
        written("pair", "followed, unfollowed"),
        written("pair", "followed, unfollowed"),
    ]
    stored = Counter(["done", "twice", "twice", "refused", "unclear, and stored"])
    effects = Counter({("text", text): number for text, number in stored.items()})
    effects["pair", "followed, unfollowed"] = 2
    lost, doubled = compare(writes, effects)
    assert lost == [("text", "lost")]
    assert doubled == [("text", "twice"), ("text", "refused")]


def result(*attempts: Attempt, promised: frozenset[Kind] = frozenset(Kind)) -> Result:
    record = Record(list(attempts))
    drill = Drill("test", nothing, promised=promised)
    return Result(drill, record, begun=10.0, lifted=15.0, ended=16.0, converged=15.5)


def test_reads_may_fail_for_a_second_and_writes_may_not() -> None:
    early_read, late_read = (
        Attempt(Kind.READ, at, at + 0.1, 503, what="GET /: away") for at in (10.5, 11.5)
    )
    write = Attempt(Kind.WRITE, 10.5, 10.6, None, what="POST /: no answer")
    assert result(early_read).red == []
    assert result(late_read).red == ["1 of 1 reads failed: after 1.50 s, GET /: away"]
    assert result(write).red == ["1 of 1 writes failed: after 0.50 s, POST /: no answer"]
    assert result(late_read, write, promised=frozenset()).red == []


def test_that_something_is_gone_is_an_answer_only_if_it_is_being_deleted() -> None:
    deleted = Attempt(Kind.READ, 11.5, 11.6, 404, may_be_gone=True)
    not_yet = Attempt(Kind.READ, 11.5, 11.6, 404, unmet=True)
    denied = Attempt(Kind.READ, 11.5, 11.6, 404, what="GET /commands/1: not found")
    assert result(deleted, not_yet).red == []
    assert result(denied).red == ["1 of 1 reads failed: after 1.50 s, GET /commands/1: not found"]


def test_whatever_has_to_be_zero_makes_a_drill_red() -> None:
    good = result()
    assert good.red == []
    for judgement in (
        Judgement(lost=[("text", "x")]),
        Judgement(doubled=[("text", "x")]),
        Judgement(unclear=[written("text", "x", State.UNCLEAR)]),
        Judgement(differing=["home_feed/1/0"]),
    ):
        good.judgement = judgement
        assert len(good.red) == 1
    good.judgement = Judgement()
    good.converged = None
    assert good.red == ["did not converge"]


def test_time_without_an_answer_begins_with_the_fault_and_ends_with_the_traffic() -> None:
    record = Record([Attempt(Kind.READ, at - 0.1, at, 200) for at in (9.0, 13.0, 14.0)])
    assert record.longest_without(Kind.READ, 10.0, 20.0) == 6.0
    assert record.longest_without(Kind.READ, 10.0, 15.0) == 3.0
    assert record.longest_without(Kind.WRITE, 10.0, 15.0) == 5.0
