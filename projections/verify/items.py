"""What can be compared in a shard: kinds of items, each with a way to read and to judge it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from redis.exceptions import ResponseError

from projections.shards import Shard
from projections.verify.findings import What
from projections.verify.truth import Numbers
from projections.whole_answers import parsed

Write = tuple[str, str | bytes, Sequence[str | bytes | int]]
"""A command, the key behind the shard's tag, its arguments."""

ENTRIES_PER_WRITE = 1_000

WRONG_TYPE = [b"-"]
"""What is read where a key holds something of another type: equals no item."""

DIGITS_MAX = 18
"""Longer than any position: what has more digits is no number of ours."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing wrong with an item."""

    what: What
    entry: int = 0
    live: str = ""
    right: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """An item that is not as history says, and what would mend it."""

    owner: int
    flaws: list[Flaw]
    writes: list[Write] = field(default_factory=list[Write])


@dataclass(frozen=True, slots=True)
class Look:
    """What was read of some owners, as it came, and the position it holds for.

    `turns`: how often feeds of the shard had gone cold or warm.
    """

    owners: Sequence[int]
    position: int
    turns: int
    whole: bytes

    @property
    def answers(self) -> list[Any]:
        """Answer by answer."""
        found = parsed(self.whole)
        return [WRONG_TYPE if isinstance(one, ResponseError) else one for one in found]


class ItemKind(Protocol):
    """One kind of items of a projection, e.g. the feeds."""

    name: str
    hash: str | None
    """The key of a hash whose fields are owners, too; None if there is none."""

    def owners(self, shard: Shard) -> Numbers:
        """Whose items of this kind history may put into this shard, by number, ascending."""
        ...

    def owners_of(self, keys: Sequence[bytes]) -> list[int | None]:
        """Whose items these keys behind the tag hold; None where one is not of this kind."""
        ...

    def reads(self, shard: Shard, owners: Sequence[int]) -> Iterator[bytes]:
        """The commands that read these owners' items, packed."""
        ...

    def doubtful(self, shard: Shard, looks: Sequence[Look]) -> Sequence[Look]:
        """Those of these looks, all of them as of one position, that have to be judged: in all
        others every item was compared, and is as history says."""
        ...

    def judge(
        self, shard: Shard, owners: Sequence[int], answers: list[Any], position: int
    ) -> list[Verdict]:
        """Which of these items are not as history says as of this position."""
        ...


def number_in(text: bytes) -> int | None:
    """The number that this is, as keys and fields write it down; None if it is none."""
    if not text.isdigit() or len(text) > DIGITS_MAX:
        return None
    return int(text) if b"%d" % int(text) == text else None


def flaws_of_list(live: Numbers, right: Numbers) -> list[Flaw]:
    """How a list of distinct numbers differs from the right one."""
    missing = np.setdiff1d(right, live).tolist()
    found, counts = np.unique(live, return_counts=True)
    doubled = found[counts > 1].tolist()
    extra = [*np.setdiff1d(live, right).tolist(), *doubled]
    if missing or extra:
        return [Flaw(What.MISSING, entry) for entry in missing] + [
            Flaw(What.EXTRA, entry) for entry in extra
        ]
    return [Flaw(What.MISORDERED, int(entry)) for entry in live[live != right][:1]]


def rewrite(key: str, entries: Numbers) -> Iterator[Write]:
    """Commands that make a list hold exactly these."""
    yield "DEL", key, ()
    for at in range(0, len(entries), ENTRIES_PER_WRITE):
        yield "RPUSH", key, entries[at : at + ENTRIES_PER_WRITE].tolist()
