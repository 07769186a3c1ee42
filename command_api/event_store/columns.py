"""A group of appends as columns, as the statements take it."""

from collections.abc import Sequence
from typing import Any

from command_api.event_store.group_commit import Append


def columns_of(appends: Sequence[Append]) -> dict[str, list[Any]]:
    """Their events, each with the number of its append."""
    rows = [(number, event) for number, append in enumerate(appends) for event in append.events]
    return {
        "appends": [number for number, _ in rows],
        "originator_ids": [event.originator_id for _, event in rows],
        "originator_versions": [event.originator_version for _, event in rows],
        "topics": [event.topic for _, event in rows],
        "states": [event.state for _, event in rows],
    }


def assumptions_of(appends: Sequence[Append]) -> dict[str, list[Any]]:
    """What they assume, likewise: whose event stands at which position."""
    rows = [
        (number, position, originator_id)
        for number, append in enumerate(appends)
        for position, originator_id in append.assumed.items()
    ]
    return {
        "assuming": [number for number, _, _ in rows],
        "assumed_positions": [position for _, position, _ in rows],
        "assumed_ids": [originator_id for _, _, originator_id in rows],
    }
