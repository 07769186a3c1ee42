"""Spans of what became of a traced request: carried by the relay, applied by projectors.

An entry of the stream names the span that it follows from, as W3C Trace Context writes it
(https://www.w3.org/TR/trace-context/). Most name none, and cost nothing.
"""

import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, Tracer
from opentelemetry.trace.propagation import set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from projections.log.entry import Entry
from projections.log.store import Store
from projections.shards import Shard

_W3C = TraceContextTextMapPropagator()
_TRACEPARENT = "traceparent"
POSITION = "slackwater.position"


class CarriedTraces:
    """The relay's spans: from the read of an event until the stream holds it."""

    def __init__(self, tracer: Tracer, store: Store) -> None:
        self._tracer = tracer
        self._store = store

    @contextmanager
    def __call__(self, entries: Sequence[Entry]) -> Generator[Sequence[Entry]]:
        """These entries as they are to be carried. Raises StoreUnreachable."""
        found = self._store.traces(entries[0].prev, entries[-1].position)
        spans = {
            one.position: self._begin(one, found[one.position])
            for one in entries
            if one.position in found
        }
        try:
            yield [
                replace(one, traceparent=_written(spans[one.position]))
                if one.position in spans
                else one
                for one in entries
            ]
        finally:
            for span in spans.values():
                span.end()

    def _begin(self, entry: Entry, traceparent: str) -> Span:
        return self._tracer.start_span(
            "carry", _read(traceparent), SpanKind.PRODUCER, {POSITION: entry.position}
        )


@dataclass(slots=True)
class _Applied:
    position: int
    began_ns: int
    ended_ns: int
    shards: int = 1


class AppliedTraces:
    """A projector's spans: from the first call of a script that applies an event until the last.

    One for each projection and step, however many shards there are.
    """

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer
        self._applied: dict[tuple[str, str], _Applied] = {}

    def add(self, shard: Shard, entries: Sequence[Entry], seconds: float) -> None:
        """A shard has applied these entries just now, in so many seconds."""
        now = time.time_ns()
        began = now - int(seconds * 1e9)
        for entry in entries:
            if entry.traceparent:
                key = entry.traceparent, shard.generation.projection
                if (before := self._applied.get(key)) is None:
                    self._applied[key] = _Applied(entry.position, began, now)
                else:
                    before.began_ns = min(before.began_ns, began)
                    before.ended_ns = now
                    before.shards += 1

    def write(self) -> None:
        """The step is over."""
        for (traceparent, projection), applied in self._applied.items():
            given = {POSITION: applied.position, "slackwater.shards": applied.shards}
            self._tracer.start_span(
                f"apply {projection}", _read(traceparent), SpanKind.CONSUMER, given,
                start_time=applied.began_ns,
            ).end(applied.ended_ns)  # fmt: skip
        self._applied.clear()


def _read(traceparent: str) -> Context:
    return _W3C.extract({_TRACEPARENT: traceparent})


def _written(span: Span) -> str:
    carrier: dict[str, str] = {}
    _W3C.inject(carrier, set_span_in_context(span))
    return carrier[_TRACEPARENT]
