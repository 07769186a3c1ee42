"""A collector of spans for tests: takes what OpenTelemetry's own exporter sends, and keeps it."""

import gzip
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)


@dataclass(frozen=True, slots=True)
class Span:
    """Ids are in hexadecimal; `parent` "" at the root. Times in nanoseconds."""

    process: str
    name: str
    trace: str
    id: str
    parent: str
    began: int
    ended: int
    attributes: dict[str, str]


@dataclass(slots=True)
class Collector:
    """Where it is, and what it was sent so far."""

    url: str
    spans: list[Span] = field(default_factory=list[Span])
    raw: list[bytes] = field(default_factory=list[bytes])

    def of_trace(self, trace: str) -> list[Span]:
        """The spans of one trace, in the order of their begin."""
        found = [span for span in list(self.spans) if span.trace == trace]
        return sorted(found, key=lambda span: span.began)

    def take(self, body: bytes) -> None:
        """One request of an exporter."""
        self.raw.append(body)
        request = ExportTraceServiceRequest.FromString(body)
        for of_process in request.resource_spans:
            named = {one.key: one.value.string_value for one in of_process.resource.attributes}
            for of_tracer in of_process.scope_spans:
                self.spans += [
                    Span(
                        named["service.name"],
                        span.name,
                        span.trace_id.hex(),
                        span.span_id.hex(),
                        span.parent_span_id.hex(),
                        span.start_time_unix_nano,
                        span.end_time_unix_nano,
                        {
                            one.key: str(getattr(one.value, one.value.WhichOneof("value") or ""))
                            for one in span.attributes
                        },
                    )
                    for span in of_tracer.spans
                ]


@contextmanager
def collecting() -> Generator[Collector]:
    """A collector on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            collector.take(body)
            answer = ExportTraceServiceResponse().SerializeToString()
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collector = Collector(f"http://127.0.0.1:{server.server_port}/v1/traces")
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            yield collector
        finally:
            server.shutdown()
            serving.join()
