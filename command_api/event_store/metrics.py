"""Measurements of the store's write path."""

from prometheus_client import Histogram

APPEND_SECONDS = Histogram(
    "slackwater_store_append_seconds",
    "Time from handing events to the store until they are committed.",
    buckets=(0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)

APPENDS_GROUPED = Histogram(
    "slackwater_store_group_appends",
    "Appends that shared one transaction.",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000),
)
