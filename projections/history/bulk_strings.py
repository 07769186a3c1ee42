"""Whole columns of numbers as Redis takes them (RESP bulk strings), without looking at each."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from projections.history.columns import Column

NUMBERS_AT_ONCE = 500_000

_POWERS = 10 ** np.arange(1, 19, dtype=np.int64)


def bulk_strings(lists: Iterable[Column]) -> Iterator[bytes]:
    """For each list its entries, none below 0, as bulk strings one after the other.

    Reference: RESP protocol specification, "Bulk strings".
    """
    some: list[Column] = []
    count = 0
    for numbers in lists:
        some.append(numbers)
        count += len(numbers)
        if count >= NUMBERS_AT_ONCE:
            yield from _bulk_strings(some)
            some, count = [], 0
    if some:
        yield from _bulk_strings(some)


def _bulk_strings(lists: Sequence[Column]) -> Iterator[bytes]:
    numbers = np.concatenate(lists)
    digits = np.searchsorted(_POWERS, numbers, side="right").astype(np.uint8) + 1
    longest = int(digits.max(initial=1))
    # A row for each place in "$12\r\n123456789012\r\n", a column for each number: places that a
    # number does not need are left out in the end.
    text = np.empty((longest + 7, len(numbers)), np.uint8)
    needed = np.ones(text.shape, bool)
    text[0] = ord("$")
    tens = digits // 10
    text[1], needed[1] = ord("0") + tens, tens > 0
    text[2] = ord("0") + digits % 10
    text[[3, -2]], text[[4, -1]] = ord("\r"), ord("\n")
    rest = numbers
    for place in range(longest):
        tens = rest // 10
        text[-3 - place] = ord("0") + (rest - 10 * tens)
        needed[-3 - place] = digits > place
        rest = tens
    packed = text.T[needed.T].tobytes()
    widths = digits.astype(np.int64) + 6 + needed[1]
    starts = np.concatenate(([0], np.cumsum(widths)))
    ends = np.cumsum([len(one) for one in lists])
    begin = 0
    for end in starts[ends].tolist():
        yield packed[begin:end]
        begin = end
