"""A group of appends as the statements take it: one JSON parameter each.

An array for each column would be written down by Python, value by value; this is done in C.
"""

from collections.abc import Sequence

import msgspec

from command_api.event_store.group_commit import Append


def events_of(appends: Sequence[Append]) -> str:
    """Their events, each with the number of its append; what they hold in base64."""
    rows = [
        {
            "append": number,
            "originator_id": event.originator_id,
            "originator_version": event.originator_version,
            "topic": event.topic,
            "state": event.state,
        }
        for number, append in enumerate(appends)
        for event in append.events
    ]
    return msgspec.json.encode(rows).decode()


def assumptions_of(appends: Sequence[Append]) -> str:
    """What they assume, likewise: whose event stands at which position."""
    rows = [
        {"append": number, "position": position, "originator_id": originator_id}
        for number, append in enumerate(appends)
        for position, originator_id in append.assumed.items()
    ]
    return msgspec.json.encode(rows).decode()
