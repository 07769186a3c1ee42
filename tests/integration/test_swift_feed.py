"""Usual pages of a home feed are answered below the route, and nobody can tell but by the time."""

import re
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from command_api.application import Slackwater
from edge.feed_token import HEADER, Sealing
from query_api.app import create_app
from query_api.read_models import ReadModels
from query_api.swift_feed.pages import WrittenPage, WrittenPages
from query_api.swift_feed.swift_feed import SWIFT
from tests.conftest import Servers
from tests.examples import examples
from tests.integration.command_api import TOKENS, as_person, served
from tests.integration.conftest import Ask
from tests.integration.pipeline import Pipeline
from tests.integration.relational import Relational

SEALING = Sealing.under(TOKENS.ring)
AGE = re.compile(r'"seconds":[0-9.]+')
UNUSUAL = {"Prefer": "nothing=in-particular"}
"""What nobody understands changes no answer (RFC 7240), but such a request goes to the route."""


@dataclass(frozen=True, slots=True)
class Reads:
    """A query API over one feed: 20 posts of which the window holds 12."""

    http: httpx.Client
    pipeline: Pipeline
    ada: UUID
    bob: UUID
    posts: list[UUID]

    def settle(self) -> None:
        """Everything is carried and applied, and the query API has seen it."""
        self.pipeline.carry()
        projector = self.pipeline.projector()
        self.pipeline.project(projector)
        projector._member.leave()

    def ask(self, query: str = "", /, **headers: str) -> tuple[httpx.Response, bool]:
        """The answer, and whether it was a swift one."""
        before = SWIFT._value.get()
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.http.get(f"/feed/{query}", headers=as_person(self.ada) | given)
        return answer, SWIFT._value.get() > before


@pytest.fixture
def reads(
    pipeline: Pipeline, relational: Relational, write_model: Slackwater, servers: Servers,
    database_url: str,
) -> Generator[Reads]:  # fmt: skip
    pipeline.window = 12
    ada, bob = (write_model.register(handle=who, display_name=None).id for who in ("ada", "bob"))
    write_model.set_following(follower_id=ada, followee_id=bob, following=True)
    posts = [write_model.publish(author_id=bob, text=f'"{n}" \\ é 🌊').id for n in range(20)]
    api = create_app(
        database_url=database_url, redis_url=servers.redis_url, tokens=TOKENS, settings={}
    )
    with served(api) as address, httpx.Client(base_url=address, timeout=30) as http:
        reads = Reads(http, pipeline, ada, bob, posts)
        reads.settle()
        relational.project(relational.projector())
        for query in ("", "?limit=100"):
            assert reads.ask(query, **UNUSUAL)[0].status_code == 200  # it knows the posts now
        yield reads


def lasting_headers(answer: httpx.Response) -> dict[str, str]:
    """Those that do not depend on when it was asked: an age may have a digit more by then."""
    passing = {"date", "content-length"} if AGE.search(answer.text) else {"date"}
    return {name: value for name, value in answer.headers.items() if name not in passing}


def assert_same(one: httpx.Response, other: httpx.Response) -> None:
    assert one.status_code == other.status_code
    # Of the past the lag goes on growing.
    assert AGE.sub("", one.text) == AGE.sub("", other.text)
    assert lasting_headers(one) == lasting_headers(other)


@pytest.mark.parametrize(
    "query", ["?limit=1", "?limit=12", "?limit=3&cursor=24", "?limit=2&cursor=25"]
)
def test_a_page_of_the_window_is_answered_swiftly_and_byte_for_byte_as_by_the_route(
    reads: Reads, query: str
) -> None:
    route, by_route = reads.ask(query, **UNUSUAL)
    swift, is_swift = reads.ask(query)
    assert (by_route, is_swift) == (False, True)
    assert_same(swift, route)
    assert swift.content == route.content
    assert swift.headers["Content-Length"] == str(len(swift.content))


@pytest.mark.parametrize("query", ["", "?limit=13", "?limit=12&cursor=24", "?limit=1&cursor=5"])
def test_a_page_that_goes_on_below_the_window_is_the_routes(reads: Reads, query: str) -> None:
    answer, is_swift = reads.ask(query)
    assert (answer.status_code, is_swift) == (200, False)


PARTS = st.sampled_from(
    ["limit=1", "limit=12", "limit=13", "limit=0", "limit=101", "limit=007", "limit=", "cursor=0",
     "cursor=18", "cursor=9999999999999999", "cursor=x", "cursor=", "as_of=9", "limit=%31", "x=1"]
)  # fmt: skip


# The query API's pool draws a jitter for a new connection, which may be while Hypothesis draws.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")
@settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(PARTS, max_size=3))
@example(["limit=12", "cursor=18"])
@example(["cursor=18", "limit=12"])
@example(["limit=12", "limit=1"])
def test_whatever_is_asked_the_answer_is_the_routes(reads: Reads, parts: list[str]) -> None:
    query = "?" + "&".join(parts)
    assert_same(reads.ask(query)[0], reads.ask(query, **UNUSUAL)[0])


def test_who_has_the_page_already_is_told_so_swiftly(reads: Reads) -> None:
    tag = reads.ask("?limit=5")[0].headers["ETag"]
    swift, is_swift = reads.ask("?limit=5", If_None_Match=f'"x", {tag}')
    assert (swift.status_code, is_swift) == (304, True)
    assert_same(swift, reads.ask("?limit=5", If_None_Match=f'"x", {tag}', **UNUSUAL)[0])
    assert reads.ask("?limit=5", If_None_Match='"x"')[0].status_code == 200


def test_a_token_that_is_met_is_answered_swiftly_and_no_other(reads: Reads) -> None:
    shown = SEALING.open(reads.ask("?limit=5")[0].headers[HEADER])

    def with_token(epoch: str, position: int, **more: str) -> tuple[httpx.Response, bool]:
        return reads.ask("?limit=5", Feed_Token=SEALING.seal(f"{epoch}.{position}"), **more)

    swift, is_swift = with_token(shown.epoch, shown.position)
    assert (swift.headers["Feed-Consistency"], is_swift) == ("met", True)
    assert_same(swift, with_token(shown.epoch, shown.position, **UNUSUAL)[0])
    for epoch, position, status in [("another", 1, 410), (shown.epoch, shown.position + 9, 400)]:
        refused, is_swift = with_token(epoch, position)
        assert (refused.status_code, is_swift) == (status, False)
    forged, is_swift = reads.ask("?limit=5", Feed_Token=f"{shown.epoch}.1.forged")
    assert (forged.status_code, is_swift) == (400, False)


def test_who_may_not_read_is_refused_by_the_route(reads: Reads) -> None:
    for headers in ({}, {"Authorization": "Bearer forged"}, {"Authorization": "Basic x"}):
        before = SWIFT._value.get()
        assert reads.http.get("/feed/", headers=headers).status_code == 401
        assert SWIFT._value.get() == before


def test_a_deleted_post_is_not_shown_although_its_bytes_are_kept(reads: Reads) -> None:
    assert str(reads.posts[-1]) in reads.ask("?limit=5")[0].text
    reads.pipeline.write_model.delete(caller_id=reads.bob, post_id=reads.posts[-1])
    reads.settle()
    answer, is_swift = reads.ask("?limit=5")
    assert is_swift
    assert str(reads.posts[-1]) not in answer.text


def test_a_post_and_an_author_that_were_never_shown_here_are_shown_swiftly(reads: Reads) -> None:
    write_model = reads.pipeline.write_model
    eve = write_model.register(handle="eve", display_name="Eve").id
    write_model.set_following(follower_id=reads.ada, followee_id=eve, following=True)
    posts = [write_model.publish(author_id=who, text="new").id for who in (eve, reads.bob)]
    reads.settle()
    swift, is_swift = reads.ask("?limit=5")
    assert is_swift
    assert [item["id"] for item in swift.json()["items"][:2]] == [str(post) for post in posts[::-1]]
    assert_same(swift, reads.ask("?limit=5", **UNUSUAL)[0])


def test_a_post_whose_body_is_not_there_yet_is_not_written_down(
    reads: Reads, ask: Ask[Any]
) -> None:
    async def pages(models: ReadModels) -> tuple[WrittenPage | None, WrittenPage | None]:
        await models.watch.look()
        written = WrittenPages(models)
        number, position = await models.posts.number_of(reads.posts[-1])
        assert number is not None
        await written.learn([position + 1, number])
        return written.page([position + 1, number], more=False), written.page([number], more=False)

    unknown, known = ask(pages)
    assert (unknown, known is not None) == (None, True)


def test_numbers_of_another_history_do_not_bring_the_posts_of_the_old_one(
    reads: Reads, ask: Ask[Any]
) -> None:
    async def pages(models: ReadModels) -> tuple[WrittenPage | None, WrittenPage | None]:
        await models.watch.look()
        written = WrittenPages(models)
        number, _ = await models.posts.number_of(reads.posts[-1])
        assert number is not None
        bodies = await models.bodies.get([number])
        await models.people.get([bodies[number].author])
        known = written.page([number], more=False)
        models.watch.history.see("another")
        return known, written.page([number], more=False)

    known, after = ask(pages)
    assert known is not None
    assert str(reads.posts[-1]) in known.said.decode()
    assert after is None
