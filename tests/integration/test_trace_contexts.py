"""Which request an event came from is kept for the relay, for as long as it may ask."""

from collections.abc import Generator
from contextlib import contextmanager

import psycopg
import pytest
from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags

from command_api.application import Slackwater
from command_api.event_store import trace_contexts

TRACE = 0x0AF7651916CD43DD8448EB211C80319C


@contextmanager
def request(span: int, *, sampled: bool = True) -> Generator[str]:
    """A request that is traced, and its context as a header."""
    flags = TraceFlags(TraceFlags.SAMPLED if sampled else TraceFlags.DEFAULT)
    with trace.use_span(
        NonRecordingSpan(SpanContext(TRACE, span, is_remote=False, trace_flags=flags))
    ):
        yield f"00-{TRACE:032x}-{span:016x}-01"


def kept(database_url: str) -> dict[int, str]:
    with psycopg.connect(database_url) as connection:
        found = connection.execute("SELECT position, traceparent FROM slackwater_traces")
        return dict(found.fetchall())


def test_a_traced_event_is_kept_with_its_context_and_any_other_without(
    write_model: Slackwater, database_url: str
) -> None:
    ada = write_model.register(handle="ada", display_name=None).id
    with request(1) as context:
        position = write_model.publish(author_id=ada, text="traced").position
    with request(2, sampled=False):
        write_model.publish(author_id=ada, text="not in the share")
    write_model.publish(author_id=ada, text="nobody asked")
    assert kept(database_url) == {position: context}


def test_only_contexts_of_the_newest_positions_are_kept(
    write_model: Slackwater, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trace_contexts, "POSITIONS_KEPT", 2)
    ada = write_model.register(handle="ada", display_name=None).id
    contexts: dict[int, str] = {}
    for number in range(1, 6):
        with request(number) as context:
            contexts[write_model.publish(author_id=ada, text="traced").position] = context
    newest = sorted(contexts)[-2:]
    assert kept(database_url) == {position: contexts[position] for position in newest}
