"""History as verification sees it: read from the event store, and kept up to date."""

import numpy as np
from numpy.typing import NDArray

from projections.verify.errors import CannotTell
from projections.verify.history import ROW, UNKNOWN, read_facts, read_left_out
from projections.verify.packing import snapshot

Numbers = NDArray[np.int64]

STILL = 1 << 62
"""As an end: it has not come."""

_NOTHING, _REGISTERED, _PUBLISHED, _DELETED, _FOLLOWED, _UNFOLLOWED, _ERASED = range(7)


class Truth:
    """Who is there and which posts exist, from when to when, who followed whom from when to when.

    `position` is the newest event that is in. Arrays are sorted: people and posts by number,
    follows by follower, followee, begin. What is in quarantine is left out, as a generation does
    that knows the retries up to `release`; `revision` rises whenever anything has changed.
    """

    def __init__(self, database_url: str, release: int = 0) -> None:
        self._url = database_url
        self.release = release
        self._rows = np.empty(0, ROW)
        self._left_out: list[int] = []
        self.revision = 0
        self.position = 0
        self.positions: Numbers = np.empty(0, np.int64)
        self.advance()

    def advance(self) -> None:
        """Reads what has happened since. Raises CannotTell; nothing has changed then."""
        with snapshot(self._url) as connection:
            left_out = read_left_out(connection, self.release)
            rows = read_facts(connection, self.release, self.position)
        unknown = rows["position"][rows["kind"] == UNKNOWN]
        if len(unknown):
            raise CannotTell(
                f"the event at position {unknown[0]} is of a kind or version that this "
                "verification does not know: it needs the version of Slackwater that wrote it, or "
                "to be put into quarantine"
            )
        if len(rows) or not self.position or len(left_out) != len(self._left_out):
            self._left_out = left_out
            self._rows = np.concatenate((self._rows, rows))
            self._arrange()

    def reach(self, position: int) -> None:
        """Reads on if what is known ends below this position, which some shard has reached.

        What the shard left out on its way has been in quarantine since. Raises CannotTell.
        """
        if position > self.position:
            self.advance()
            return
        with snapshot(self._url) as connection:
            left_out = read_left_out(connection, self.release)
        if len(left_out) != len(self._left_out):  # for one release it only grows
            self._left_out = left_out
            self._arrange()

    def last_up_to(self, position: int) -> int:
        """The newest position of the log that is not above this one; 0 before the first."""
        at = int(np.searchsorted(self.positions, position, side="right"))
        return int(self.positions[at - 1]) if at else 0

    def _arrange(self) -> None:
        rows = self._rows
        self.revision += 1
        self.positions, kind = _column(rows, "position"), _column(rows, "kind")
        self.position = int(self.positions[-1]) if len(rows) else 0
        a, b = _column(rows, "a"), _column(rows, "b")
        if self._left_out:
            names = (kind == _PUBLISHED) | (kind == _DELETED)
            names |= (kind == _FOLLOWED) | (kind == _UNFOLLOWED) | (kind == _ERASED)
            named = names & (np.isin(a, self._left_out) | np.isin(b, self._left_out))
            kind[named | np.isin(self.positions, self._left_out)] = _NOTHING
        self.people = self.positions[kind == _REGISTERED]
        self.erased = np.full(len(self.people), STILL)
        lost = (kind == _ERASED) & np.isin(a, self.people)
        self.erased[np.searchsorted(self.people, a[lost])] = self.positions[lost]
        self.post, self.author = self.positions[kind == _PUBLISHED], a[kind == _PUBLISHED]
        self.deleted = np.full(len(self.post), STILL)
        gone = (kind == _DELETED) & np.isin(b, self.post)
        self.deleted[np.searchsorted(self.post, b[gone])] = self.positions[gone]
        is_change = (kind == _FOLLOWED) | (kind == _UNFOLLOWED)
        order = np.lexsort((self.positions[is_change], b[is_change], a[is_change]))
        follower, followee = a[is_change][order], b[is_change][order]
        change, begun = self.positions[is_change][order], kind[is_change][order] == _FOLLOWED
        same = (follower[1:] == follower[:-1]) & (followee[1:] == followee[:-1])
        # Where something is left out, an event may change nothing: what a pair begins with unless
        # it is a follow, and what the one before it has done already.
        changes = begun.copy()
        changes[1:][same] = begun[1:][same] != begun[:-1][same]
        follower, followee = follower[changes], followee[changes]
        change, begun = change[changes], begun[changes]
        same = (follower[1:] == follower[:-1]) & (followee[1:] == followee[:-1])
        ends = np.full(len(change), STILL)
        ends[:-1][same] = change[1:][same]
        self.follower, self.followee = follower[begun], followee[begun]
        self.begin, self.end = change[begun], ends[begun]


def is_in(ascending: Numbers, wanted: Numbers) -> np.ndarray:
    """Which of the wanted numbers are in a sorted column."""
    if not len(ascending):
        return np.zeros(len(wanted), bool)
    at = np.minimum(np.searchsorted(ascending, wanted), len(ascending) - 1)
    return ascending[at] == wanted


def _column(rows: np.ndarray, name: str) -> Numbers:
    return rows[name].astype(np.int64)
