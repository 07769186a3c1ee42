"""Lists whose members stand in the order in which they came: whether they are the right ones."""

from collections.abc import Iterator

import numpy as np

from projections.verify.rows import Rows, rows_of
from projections.verify.truth import Numbers


def joined_lists(owner: Numbers, member: Numbers, came: Numbers, owners: int) -> tuple[Rows, Rows]:
    """One list for each owner, and when each of its members came, in the same order."""
    order = np.lexsort((member, came, owner))
    return (
        rows_of(owner[order], member[order], owners),
        rows_of(owner[order], came[order], owners),
    )


def wrong_lists(live: Rows, right: Rows, came: Rows) -> Iterator[tuple[int, Numbers, Numbers]]:
    """Which lists are wrong: index, what stands there, and what should.

    Members that came as of one position may stand in any order among themselves.
    """
    if live.equal(right):
        return
    for index, (found, wanted, when) in enumerate(
        zip(live.each(), right.each(), came.each(), strict=True)
    ):
        if not np.array_equal(found, wanted) and not _is_permitted(found, wanted, when):
            yield index, found, wanted


def _is_permitted(found: Numbers, wanted: Numbers, when: Numbers) -> bool:
    by_number = np.argsort(wanted)
    if not np.array_equal(np.sort(found), wanted[by_number]):
        return False
    came = when[by_number][np.searchsorted(wanted[by_number], found)]
    return bool((np.diff(came) >= 0).all())
