"""Traces of a whole system, as a collector gets them."""

import re
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass

import httpx
import pytest
from redis import Redis

from launcher.system import Addresses
from projections.catalogue import NAMES
from projections.progress import Silence
from projections.verify.inspection import Sample
from projections.verify.verification import Verification
from tests.acceptance.people import Person
from tests.collector import Collector, Span, collecting
from tests.places import let_through
from tests.waiting import until
from tests.whole_system import whole_system

TEXT = "nobody but readers sees this"
FINISHED = {f"apply {name}" for name in NAMES} | {"POST /posts/", "carry"}


@dataclass(frozen=True, slots=True)
class Traced:
    """A running system whose spans are collected."""

    addresses: Addresses
    redis: Redis
    http: httpx.Client
    collector: Collector
    reader: Person


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Generator[Traced]:
    place = let_through(tmp_path_factory.mktemp("traced"))
    with (
        collecting() as collector,
        whole_system(place, shards=3, window=20, traces_url=collector.url) as running,
        closing(Redis.from_url(running.addresses.redis_url)) as redis,
        httpx.Client(base_url=running.addresses.gateway, timeout=30) as http,
    ):
        author, reader = Person.register(http, "author"), Person.register(http, "reader")
        reader.follow(author)
        yield Traced(running.addresses, redis, http, collector, reader)


def spans_of_a_post(traced: Traced, **headers: str) -> dict[str, Span]:
    """Publishes, waits for the post in a feed, and returns what was told of it, by name."""
    given = {**traced.reader.headers, **{k.replace("_", "-"): v for k, v in headers.items()}}
    answer = traced.http.post("/posts/", json={"text": TEXT}, headers=given)
    assert answer.status_code == 201, answer.text
    position = int(answer.headers["Feed-Token"].split(".")[1])
    traced.reader.feed_as_of(position)

    def told() -> dict[str, Span] | None:
        """The request has a trace, and all that belongs to it has come."""
        named = answer.headers["X-Request-Id"]
        request = [
            span for span in list(traced.collector.spans)
            if span.attributes.get("slackwater.request_id") == named
        ]  # fmt: skip
        found = {one.name: one for span in request for one in traced.collector.of_trace(span.trace)}
        return found if found.keys() >= FINISHED else None

    return until(told, "all spans of a post are collected", seconds=30)


@pytest.mark.parametrize("key", [None, "a-key-of-its-own"], ids=["swift", "by its route"])
def test_a_post_is_one_trace_from_its_request_to_the_scripts_that_show_it(
    traced: Traced, key: str | None
) -> None:
    spans = spans_of_a_post(traced, **({"Idempotency_Key": key} if key else {}))
    assert spans.keys() == FINISHED
    request, carried = spans["POST /posts/"], spans["carry"]
    assert request.parent == ""
    assert carried.parent == request.id
    applied = [spans[f"apply {name}"] for name in NAMES]
    assert {span.parent for span in applied} == {carried.id}
    assert {span.process for span in spans.values()} == {"command-api", "relay", "projector"}
    assert request.attributes["http.response.status_code"] == "201"
    assert request.began <= carried.began <= min(span.began for span in applied)
    assert all(span.began <= span.ended for span in spans.values())
    positions = {span.attributes["slackwater.position"] for span in (carried, *applied)}
    assert len(positions) == 1


def test_a_request_without_an_id_gets_that_of_its_trace(traced: Traced) -> None:
    spans = spans_of_a_post(traced)
    request = spans["POST /posts/"]
    assert request.attributes["slackwater.request_id"] == request.trace


def test_a_trace_that_a_caller_began_goes_on(traced: Traced) -> None:
    trace, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    spans = spans_of_a_post(traced, traceparent=f"00-{trace}-{parent}-01")
    assert {span.trace for span in spans.values()} == {trace}
    assert spans["POST /posts/"].parent == parent


def test_a_read_has_a_span_with_its_route_and_its_status(traced: Traced) -> None:
    nobody = "0192f8a0-0000-7000-8000-000000000000"
    name = "feedfeedfeedfeedfeedfeedfeed0001"
    assert traced.http.get(f"/users/{nobody}", headers={"X-Request-Id": name}).status_code == 404

    def told() -> Span | None:
        found = [
            span for span in list(traced.collector.spans)
            if span.attributes.get("slackwater.request_id") == name
        ]  # fmt: skip
        return found[0] if found else None

    span = until(told, "the span of a read", seconds=30)
    assert (span.process, span.name) == ("query-api", "GET /users/{user_id}")
    assert span.attributes["http.response.status_code"] == "404"


def test_nothing_that_somebody_wrote_or_is_gets_into_a_trace(traced: Traced) -> None:
    spans_of_a_post(traced)
    everything = b"".join(list(traced.collector.raw))
    for secret in (TEXT, traced.reader.id, traced.reader.handle, traced.reader.token):
        assert secret.encode() not in everything


def test_a_stream_that_names_traces_equals_the_store(traced: Traced) -> None:
    spans_of_a_post(traced)
    with Verification(traced.addresses.database_url, traced.redis) as verification:
        report = verification.run(NAMES, Sample(), Silence())
    assert report.chain.entries > 0
    assert not report.chain.broken


def test_rubbish_for_a_context_begins_a_trace_of_its_own(traced: Traced) -> None:
    spans = spans_of_a_post(traced, traceparent="00-" + "z" * 400, tracestate="=,=,")
    assert spans["POST /posts/"].parent == ""
    assert re.fullmatch("[0-9a-f]{32}", spans["POST /posts/"].trace)
