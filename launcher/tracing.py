"""Traces of a process, sent to a collector by OpenTelemetry's own SDK, if they are wanted.

What the settings do not say, the SDK's own environment does (OTEL_RESOURCE_ATTRIBUTES,
OTEL_EXPORTER_OTLP_HEADERS): https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/.
"""

from opentelemetry.trace import Tracer

from launcher.errors import TracesUnavailable
from launcher.settings import Settings

SEND_EVERY_MILLISECONDS = 1_000
ANSWER_SECONDS_MAX = 1.0
"""For each of the five batches that may wait at most, tries again included: a process that is asked
to stop while the collector is away has to be gone before it is killed."""


def tracer_of(settings: Settings, name: str) -> Tracer | None:
    """The tracer of a process of this name; None if nothing is traced. Raises TracesUnavailable.

    What waits to be sent is bounded; spans that a collector does not take are lost, and a line in
    the log says so.
    """
    if not settings.traces_url:
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
    except ImportError as error:
        raise TracesUnavailable(
            "SLACKWATER_TRACES_URL is set, but what sends traces is not installed: install "
            "slackwater with the extra 'traces' (uv sync --extra traces)"
        ) from error
    # By the trace's id alone, so that all processes agree, and no caller can have more traced.
    share = TraceIdRatioBased(settings.traces_share)
    provider = TracerProvider(
        sampler=ParentBased(share, remote_parent_sampled=share),
        resource=Resource.create({"service.namespace": "slackwater", "service.name": name}),
    )
    exporter = OTLPSpanExporter(endpoint=settings.traces_url, timeout=ANSWER_SECONDS_MAX)
    provider.add_span_processor(
        BatchSpanProcessor(exporter, schedule_delay_millis=SEND_EVERY_MILLISECONDS)
    )
    return provider.get_tracer("slackwater")
