"""History as verification sees it: read from the event store by SQL, and kept up to date."""

import numpy as np
from numpy.typing import NDArray
from psycopg.sql import Literal

from projections.verify.errors import CannotTell
from projections.verify.packing import read_packed, statement

Numbers = NDArray[np.int64]

STILL = 1 << 62
"""As an end: it has not come."""

_REGISTERED, _PUBLISHED, _DELETED, _FOLLOWED, _UNFOLLOWED, _UNKNOWN = 1, 2, 3, 4, 5, -1

_ROW = np.dtype([("position", ">i8"), ("kind", ">i8"), ("a", ">i8"), ("b", ">i8")])


class Truth:
    """Who is registered, which posts exist from when to when, who followed whom from when to when.

    `position` is the newest event that is in. Arrays are sorted: people and posts by number,
    follows by follower, followee, begin.
    """

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._rows = np.empty(0, _ROW)
        self.position = 0
        self.positions: Numbers = np.empty(0, np.int64)
        self.advance()

    def advance(self) -> None:
        """Reads what has happened since. Raises CannotTell."""
        after = Literal(self.position)
        rows = read_packed(self._url, statement("pack_facts", after=after), _ROW)
        if len(rows) or not self.position:
            self._rows = np.concatenate((self._rows, rows))
            self._arrange()

    def last_up_to(self, position: int) -> int:
        """The newest position of the log that is not above this one; 0 before the first."""
        at = int(np.searchsorted(self.positions, position, side="right"))
        return int(self.positions[at - 1]) if at else 0

    def _arrange(self) -> None:
        rows = self._rows
        self.positions, kind = _column(rows, "position"), _column(rows, "kind")
        self.position = int(self.positions[-1]) if len(rows) else 0
        unknown = self.positions[kind == _UNKNOWN]
        if len(unknown):
            raise CannotTell(
                f"the event at position {unknown[0]} is of a kind or version that this "
                "verification does not know: it needs the version of Slackwater that wrote it"
            )
        a, b = _column(rows, "a"), _column(rows, "b")
        self.people = self.positions[kind == _REGISTERED]
        self.post, self.author = self.positions[kind == _PUBLISHED], a[kind == _PUBLISHED]
        self.deleted = np.full(len(self.post), STILL)
        self.deleted[np.searchsorted(self.post, b[kind == _DELETED])] = self.positions[
            kind == _DELETED
        ]
        is_change = (kind == _FOLLOWED) | (kind == _UNFOLLOWED)
        order = np.lexsort((self.positions[is_change], b[is_change], a[is_change]))
        follower, followee = a[is_change][order], b[is_change][order]
        change, change_kind = self.positions[is_change][order], kind[is_change][order]
        ends = np.full(len(change), STILL)
        same = (follower[1:] == follower[:-1]) & (followee[1:] == followee[:-1])
        ends[:-1][same] = change[1:][same]
        begun = change_kind == _FOLLOWED
        self.follower, self.followee = follower[begun], followee[begun]
        self.begin, self.end = change[begun], ends[begun]


def _column(rows: np.ndarray, name: str) -> Numbers:
    return rows[name].astype(np.int64)
