"""One entry of the log, as the store holds it and the stream carries it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from domain.codec import CODEC
from domain.events import EventBody
from domain.quarantine import LEFT_OUT


@dataclass(frozen=True)
class Entry:
    """An event with its place in the log.

    `prev` is the position before this one (0 for the first): positions have holes, so this is
    how a reader knows that it misses nothing. `key` goes with a registration: the person's, unless
    they are erased; `traceparent` with an event of a request that is traced. The last two are a
    reader's own (quarantine.py): it leaves this event out; or it takes it, but has left out another
    of the same aggregate, so that it may change nothing.
    """

    position: int
    prev: int
    originator_id: UUID
    topic: str
    state: bytes
    key: bytes = b""
    traceparent: str = ""
    is_left_out: bool = False
    is_torn: bool = False

    def __post_init__(self) -> None:
        assert self.position > self.prev >= 0, f"the log runs upwards: {self.prev}→{self.position}"

    @cached_property
    def body(self) -> EventBody:
        """What happened. Raises UnreadableEvent."""
        return LEFT_OUT if self.is_left_out else CODEC.decode(self.topic, self.state)


Row = tuple[int, UUID, str, bytes]
"""An event as the store holds it: position, aggregate, topic, state."""


def chained(rows: Iterable[Row], position: int) -> list[Entry]:
    """Rows that follow this position in the log, as entries that name one another."""
    entries: list[Entry] = []
    for number, originator_id, topic, state in rows:
        prev = entries[-1].position if entries else position
        entries.append(Entry(number, prev, originator_id, topic, state))
    return entries


def unbroken(entries: list[Entry]) -> list[Entry]:
    """The entries up to the first break in their chain."""
    for number in range(1, len(entries)):
        if entries[number].prev != entries[number - 1].position:
            return entries[:number]
    return entries
