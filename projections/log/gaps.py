"""What a generation leaves out, and how its readers take the log: pure, whoever read the table."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from domain.quarantine import LEFT_OUT, counted
from projections.log.entry import Entry

QuarantineRow = tuple[int, UUID, int | None]
"""What is, or was, in quarantine: position, aggregate, and the retry with which it came back."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """What a generation leaves out: these positions, which are events of these aggregates."""

    positions: frozenset[int]
    aggregates: frozenset[UUID]

    @classmethod
    def of(cls, rows: Iterable[QuarantineRow], release: int) -> "Gaps":
        """Of a generation that knows the retries up to this one."""
        out = [row for row in rows if row[2] is None or row[2] > release]
        return cls(
            frozenset(position for position, _, _ in out),
            frozenset(originator_id for _, originator_id, _ in out),
        )

    def taken(self, entry: Entry) -> Entry:
        """The entry as such a generation takes it. Raises UnreadableEvent if it is not in here."""
        if entry.position in self.positions or counted(entry.body, self.positions) is LEFT_OUT:
            return replace(entry, is_left_out=True)
        is_torn = entry.originator_id in self.aggregates
        return replace(entry, is_torn=True) if is_torn else entry
