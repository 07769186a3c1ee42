"""Traces are an extra: wanted by a setting, refused clearly where they are not installed."""

import subprocess
import sys
import time

import pytest

from edge.traces import current_traceparent
from launcher.errors import TracesUnavailable
from launcher.settings import Settings
from launcher.tracing import tracer_of
from tests.collector import collecting
from tests.waiting import until

STOPPED_WITHIN_SECONDS = 10
"""After which Docker kills a container that was asked to stop."""

NOWHERE = "http://127.0.0.1:9/v1/traces"


def test_nothing_is_traced_unless_it_is_wanted() -> None:
    assert tracer_of(Settings.of(), "relay") is None
    assert current_traceparent() is None


def test_a_collector_that_is_away_does_not_keep_a_process_from_ending() -> None:
    many = """
from launcher.settings import Settings
from launcher.tracing import tracer_of
tracer = tracer_of(Settings.of(traces_url="http://127.0.0.1:9/v1/traces"), "relay")
for _ in range(3_000):
    tracer.start_span("never taken").end()
"""
    started = time.monotonic()
    subprocess.run([sys.executable, "-c", many], check=True, timeout=60, capture_output=True)
    assert time.monotonic() - started < STOPPED_WITHIN_SECONDS


def test_who_wants_traces_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(TracesUnavailable, match="uv sync --extra traces"):
        tracer_of(Settings.of(traces_url=NOWHERE), "relay")


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_as_many_are_traced_as_the_share_says(share: float) -> None:
    with collecting() as collector:
        tracer = tracer_of(Settings.of(traces_url=collector.url, traces_share=share), "relay")
        assert tracer is not None
        with tracer.start_as_current_span("anything"):
            assert (current_traceparent() is not None) == (share == 1.0)
        until(lambda: len(collector.spans) == share, "what was traced is collected")
