"""A counter whose labels are known is there at 0: its first 1 is a rise that an alarm sees."""

import pytest
from prometheus_client import REGISTRY

import command_api.journal.metrics
import projections.worker
import query_api.breaker
import query_api.sources

COUNTING = (command_api.journal.metrics, projections.worker, query_api.breaker, query_api.sources)


@pytest.mark.parametrize(
    ("name", "label", "values"),
    [
        ("slackwater_fallback_answers_total", "reason", {"away", "not here", "error", "older"}),
        ("slackwater_fallback_probes_total", "outcome", {"silence", "answer"}),
        ("slackwater_worker_faults_total", "server", {"postgres", "redis"}),
        ("slackwater_journal_commands_total", "state", {"queued", "done", "rejected"}),
    ],
)
def test_a_counter_is_there_before_it_counts(name: str, label: str, values: set[str]) -> None:
    assert len(COUNTING) == 4
    samples = [sample for metric in REGISTRY.collect() for sample in metric.samples]
    assert {sample.labels[label] for sample in samples if sample.name == name} == values
