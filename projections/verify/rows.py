"""Many lists of numbers as two columns: what they hold, one after the other, and their lengths."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from projections.verify.items import DIGITS_MAX, number_in
from projections.verify.truth import Numbers

NO_NUMBER = -1


@dataclass(frozen=True, slots=True)
class Rows:
    """So that thousands of lists are compared without looking at each."""

    numbers: Numbers
    sizes: Numbers

    def equal(self, other: "Rows") -> bool:
        """Whether every list is the same."""
        return np.array_equal(self.sizes, other.sizes) and np.array_equal(
            self.numbers, other.numbers
        )

    def same_as(self, other: "Rows") -> np.ndarray:
        """Which lists are the same, of as many."""
        same = self.sizes == other.sizes
        owner = np.repeat(np.arange(len(same)), self.sizes)
        ours, theirs = same[owner], np.repeat(same, other.sizes)
        same[owner[ours][self.numbers[ours] != other.numbers[theirs]]] = False
        return same

    def each(self) -> list[Numbers]:
        """The lists."""
        return np.split(self.numbers, np.cumsum(self.sizes)[:-1])


def joined(parts: Iterable[Rows]) -> Rows:
    """All lists of these, in their order."""
    every = list(parts)
    return Rows(
        np.concatenate([rows.numbers for rows in every]),
        np.concatenate([rows.sizes for rows in every]),
    )


def rows_of(owner: Numbers, members: Numbers, owners: int) -> Rows:
    """One list for each owner from 0; `members` belong to `owner`, which ascends."""
    return Rows(members, np.bincount(owner, minlength=owners))


def read_rows(lists: Sequence[Sequence[bytes]]) -> Rows:
    """Lists as Redis gave them; what is no number becomes -1, which nothing equals."""
    sizes = np.array([len(entries) for entries in lists], np.int64)
    joined = b" ".join(chain.from_iterable(lists))
    # Entries may be anything: empty, with a space inside, with zeros in front.
    are_numbers = joined.translate(None, b" ").isdigit() and b" 0" not in b" " + joined
    if are_numbers and joined.count(b" ") == sizes.sum() - 1:
        numbers = np.fromstring(joined, np.int64, sep=" ")
        # What is too long for a number becomes the largest there is.
        if len(numbers) == sizes.sum() and numbers.max(initial=0) < 10**DIGITS_MAX:
            return Rows(numbers, sizes)
    return Rows(numbers_in(list(chain.from_iterable(lists))), sizes)


def numbers_in(entries: Sequence[bytes]) -> Numbers:
    """One by one, likewise."""
    numbers = [number_in(entry) for entry in entries]
    return np.array([NO_NUMBER if one is None else one for one in numbers], np.int64)
