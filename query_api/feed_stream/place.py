"""Where a client of a stream is: the id of each event, and what Last-Event-ID brings back."""

import re
from dataclasses import dataclass, replace
from typing import Self

PATTERN = r"^[0-9]{1,15}(\.[A-Za-z0-9_-]{1,64}\.[0-9]{1,9})?$"

_WHOLE = re.compile(PATTERN)


@dataclass(frozen=True, slots=True)
class Place:
    """`<position>.<epoch>.<release>`: everything up to there has been told.

    The position is one of this epoch's history, and what was told is the feed as a generation takes
    the log that knows the retries of the quarantine up to this one.
    """

    position: int
    epoch: str
    release: int

    def at(self, position: int) -> Self:
        """Further on."""
        return replace(self, position=position)

    def __str__(self) -> str:
        return f"{self.position}.{self.epoch}.{self.release}"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a client says of where it was. Digits alone name a position, and nothing else."""

    position: int
    epoch: str | None = None
    release: int | None = None

    @classmethod
    def parse(cls, last_event_id: str) -> "Seen":
        """What `PATTERN` matches."""
        assert _WHOLE.match(last_event_id)
        position, _, rest = last_event_id.partition(".")
        epoch, _, release = rest.partition(".")
        return cls(int(position), epoch, int(release)) if rest else cls(int(position))
