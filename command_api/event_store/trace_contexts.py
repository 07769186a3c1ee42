"""The table of trace contexts: which request an event came from, for as long as the relay asks."""

from collections.abc import Sequence

from psycopg import Cursor
from psycopg.rows import DictRow

from command_api.event_store.group_commit import Append
from command_api.event_store.positions import Positions, positions_of
from command_api.event_store.queries import query

POSITIONS_KEPT = 10_000
"""A relay that is further behind carries events without their traces."""


class TraceContexts:
    """Of one schema."""

    def __init__(self, schema: str) -> None:
        self._keep = query("keep_traces", schema=schema)

    def keep(self, cursor: Cursor[DictRow], appends: Sequence[Append], stored: Positions) -> None:
        """Keeps the context of what these appends stored, at the last event of each."""
        contexts = {
            positions_of(append, stored)[-1]: append.traceparent
            for append in appends
            if append.traceparent and append.events and append.places <= stored.keys()
        }
        if contexts:
            columns = {
                "positions": list(contexts),
                "traceparents": list(contexts.values()),
                "oldest": max(contexts) - POSITIONS_KEPT,
            }
            cursor.execute(self._keep, columns, prepare=True, binary=True)
