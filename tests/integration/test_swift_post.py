"""Usual posts are published below the route, and nobody can tell but by the time."""

import json
from uuid import UUID

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from command_api.application import Slackwater
from command_api.swift_post.swift_post import SWIFT
from domain.events import Published
from edge.body_limit import BODY_BYTES_MAX
from edge.feed_token import HEADER
from edge.metrics import REQUEST_SECONDS, REQUESTS
from projections.log.store import Store
from tests.examples import examples
from tests.integration.command_api import (
    as_person,
    events,
    texts,
)
from tests.integration.posting import JSON, SEALING, UNUSUAL, Posting, assert_same, posting

__all__ = ["posting"]  # a fixture


def test_a_usual_post_is_published_swiftly_and_answered_as_by_the_route(
    posting: Posting, store: Store
) -> None:
    text = ' "quoted" \\ é 🌊 \x7f \u2028 <&> \n\t '
    route, by_route = posting.publish(text, **UNUSUAL)
    swift, is_swift = posting.publish(text)
    assert (by_route, is_swift) == (False, True)
    assert swift.status_code == 201
    assert_same(swift, route)
    said = swift.json()
    assert (said["author_id"], said["text"]) == (posting.ada, text.strip())
    assert swift.headers["Location"] == f"/feed/posts/{said['id']}"
    [first, second] = [each for each in store.read_after(0, limit=9) if "post" in each.topic]
    assert second.originator_id == UUID(said["id"])
    token = SEALING.open(swift.headers[HEADER])
    assert (token.epoch, token.position) == (posting.write_model.epoch, second.position)
    bodies = [each for each in events(store) if isinstance(each, Published)]
    assert bodies[0].text == bodies[1].text == text.strip()
    assert first.position == SEALING.open(route.headers[HEADER]).position
    assert bodies[1].at.isoformat() == said["created_at"].replace("Z", "+00:00")


WORDS = st.text(st.sampled_from('a" \\é🌊\x00\x1f\x7f\u2028\n'), max_size=6)
BODIES = st.one_of(
    WORDS.map(lambda text: json.dumps({"text": text}).encode()),
    WORDS.map(lambda text: json.dumps({"text": text}, ensure_ascii=False).encode()),
    WORDS.map(lambda text: f'{{"text": "{text}"}}'.encode()),
    st.sampled_from([
        b"", b"null", b"[]", b"{}", b'"text"', b'{"text":1}', b'{"text":null}', b'{"text":["a"]}',
        b'{"text":"a","more":1}', b'{"text":"a","text":"b"}', b'{"text":1,"text":"b"}',
        b'{"text":"a","text":1}', b'{"te\\u0078t":"a"}', b'{"text":"\\ud800"}', b'{"text":"\xff"}',
        b'\xef\xbb\xbf{"text":"a"}', '{"text":"a"}'.encode("utf-16"), b' {"text" : "a"}\n\0',
        '{"text":"a"}'.encode("utf-32-le"), b'{"text":"\\u0000"}', b'{"text":"a"} x', b"{'text':1}",
        json.dumps({"text": "a" * 2_000}).encode(), json.dumps({"text": "a" * 2_001}).encode(),
        json.dumps({"text": " " * BODY_BYTES_MAX}).encode(), b'{"text":"' + b"a" * 9_999,
    ]),
)  # fmt: skip
HEADERS = st.sampled_from([
    JSON, JSON, JSON, {}, {"Content-Type": "text/plain"}, JSON | {"Feed-Token": "x.1.forged"},
    {"Content-Type": "application/json; charset=utf-8"}, {"Content-Type": "Application/JSON"},
    JSON | {"Idempotency-Key": "short"}, JSON | {"Authorization": "Bearer forged"},
    JSON | {"Authorization": "Basic x"}, JSON | {"Authorization": ""},
])  # fmt: skip


@settings(
    max_examples=examples(150),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(BODIES, HEADERS)
@example(b'{"text":"a","text":"b"}', JSON)
@example(b'{"text":"\x1f"}', JSON)
@example(b'{"text":"\\ud800"}', JSON)
@example(b'\xef\xbb\xbf{"text":"a"}', JSON)
def test_whatever_is_sent_the_answer_is_the_routes(
    posting: Posting, content: bytes, headers: dict[str, str]
) -> None:
    route, by_route = posting.send(content, **headers | UNUSUAL)
    swift, _ = posting.send(content, **headers)
    assert not by_route
    assert_same(swift, route)


def test_a_body_that_comes_in_pieces_is_the_routes_and_published_whole(
    posting: Posting, store: Store
) -> None:
    pieces = iter([b'{"text":', b' "one"}'])
    before = SWIFT._value.get()
    answer = posting.http.post("/posts/", content=pieces, headers=as_person(posting.ada) | JSON)
    assert answer.status_code == 201
    assert SWIFT._value.get() == before
    assert texts(store) == ["one"]


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/posts/?x=1", {}),
        ("/posts", {}),
        ("/posts/", {"Idempotency-Key": "0123456789abcdef"}),
        ("/posts/", {"Authorization": "Bearer forged"}),
    ],
)
def test_what_is_not_usual_is_the_routes(
    posting: Posting, path: str, headers: dict[str, str]
) -> None:
    before = SWIFT._value.get()
    posting.http.post(path, json={"text": "a"}, headers=as_person(posting.ada) | headers)
    assert SWIFT._value.get() == before
    assert posting.publish("a")[1]


def test_a_token_is_looked_at_by_the_route(posting: Posting) -> None:
    given_token = posting.publish("a")[0].headers[HEADER]
    assert posting.publish("b", Feed_Token=given_token)[0].status_code == 201
    elsewhere = posting.publish("b", Feed_Token=SEALING.seal("another.1"))
    assert (elsewhere[0].status_code, elsewhere[1]) == (410, False)


def test_who_is_not_known_here_yet_is_looked_up_by_the_route_and_then_posts_swiftly(
    posting: Posting, write_model: Slackwater
) -> None:
    bob = write_model.register(handle="bob", display_name=None).id
    posting.ada = str(bob)
    assert [posting.publish(text)[1] for text in "ab"] == [False, True]
    posting.ada = "00000000-0000-7000-8000-000000000000"
    for _ in range(2):
        answer, is_swift = posting.publish("a")
        assert (answer.status_code, is_swift) == (404, False)


def test_both_ways_leave_the_same_behind_in_the_figures(posting: Posting) -> None:
    count = REQUESTS.labels("/posts/", "POST", "201")._value
    duration = REQUEST_SECONDS.labels("/posts/", "POST")._sum
    for headers in (UNUSUAL, {}):
        counted, spent = count.get(), duration.get()
        posting.publish("a", **headers)
        assert count.get() == counted + 1
        assert 0 < duration.get() - spent < 30
    served_so_far = posting.http.get("/debug/metrics-summary").json()["requests"]["by_status"]
    assert served_so_far["2xx"] == 3
