"""Measurements of the journal."""

from prometheus_client import Counter, Gauge

from command_api.journal.state import State

ENTRIES = Gauge("slackwater_journal_entries", "Commands that wait for the event store.")

OLDEST = Gauge(
    "slackwater_journal_oldest_timestamp_seconds",
    "When the oldest command that waits was accepted; 0 while none waits.",
)

OUTCOMES = Counter(
    "slackwater_journal_commands_total", "Commands that were queued, done, rejected.", ["state"]
)
for _state in State:
    OUTCOMES.labels(_state)  # each is there from the start, at 0
