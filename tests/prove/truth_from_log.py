"""History as verification sees it, without Postgres: the same rows, taken from the log in memory.

The histories on the real store hold these against what SQL says.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from domain.events import (
    Deleted,
    Erased,
    Followed,
    HandleClaimed,
    Published,
    Registered,
    Unfollowed,
)
from projections.log.entry import Entry
from projections.verify import history, truth
from projections.verify.identities import Identities
from projections.verify.truth import Truth

SAYS_NOTHING = 0

Written = Callable[[], list[Entry]]


class TruthFromLog(Truth):
    """`written` returns the log as far as it goes at the time."""

    def __init__(self, written: Written) -> None:
        self._written = written
        super().__init__("")

    def advance(self) -> None:
        new = [entry for entry in self._written() if entry.position > self.position]
        rows = np.zeros(len(new), history.ROW)
        for n, entry in enumerate(new):
            rows[n]["position"] = entry.position
            rows[n]["kind"], rows[n]["a"], rows[n]["b"] = _fact(entry)
        if new or not self.position:
            self._rows = np.concatenate((self._rows, rows))
            self._arrange()

    def reach(self, position: int) -> None:
        if position > self.position:
            self.advance()


class IdentitiesFromLog(Identities):
    """Public ids and bodies likewise."""

    def __init__(self, written: Written, truth: Truth) -> None:
        super().__init__("", truth)
        self._written = written

    def facts(self, numbers: Sequence[int]) -> dict[int, tuple[Any, ...]]:
        wanted = set(numbers)
        return {e.position: _row(e) for e in self._written() if e.position in wanted}

    def _advance(self) -> None:
        if self._position == self._truth.position:
            return
        first = [e for e in self._written() if isinstance(e.body, Published | Registered)]
        known = [e for e in first if e.position <= self._truth.position]
        self._numbers = np.array([entry.position for entry in known], np.int64)
        self._ids = np.frombuffer(b"".join(entry.originator_id.bytes for entry in known), "V16")
        self._by_id = np.argsort(self._ids.view("S16"), kind="stable")
        self._sorted_ids = self._ids.view("S16")[self._by_id]
        self._position = self._truth.position


def _fact(entry: Entry) -> tuple[int, int, int]:
    match entry.body:
        case HandleClaimed() | Registered() as body:
            return truth._REGISTERED if isinstance(body, Registered) else SAYS_NOTHING, 0, 0
        case Erased(person=person):
            return truth._ERASED, person, 0
        case Published(author=author):
            return truth._PUBLISHED, author, 0
        case Deleted(author=author, post=post):
            return truth._DELETED, author, post
        case Followed(follower=follower, followee=followee):
            return truth._FOLLOWED, follower, followee
        case Unfollowed(follower=follower, followee=followee):
            return truth._UNFOLLOWED, follower, followee
        case body:
            raise AssertionError(body)


def _row(entry: Entry) -> tuple[Any, ...]:
    match entry.body:
        case Published(author=author, text=text, at=at):
            return entry.position, entry.originator_id, at, author, text, "", "", False, None, None
        case Registered(handle=handle, display_name=name, at=at):
            return entry.position, entry.originator_id, at, 0, "", handle, name, False, None, None
        case body:
            raise AssertionError(body)
