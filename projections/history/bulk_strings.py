"""Whole columns of numbers as Redis takes them (RESP bulk strings), without looking at each."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from projections.history.columns import Column

NUMBERS_AT_ONCE = 500_000

FOUR = 10_000

_FOUR_DIGITS = np.frombuffer(b"".join(b"%04d" % number for number in range(FOUR)), "<u4")

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
    most = len(str(numbers.max(initial=0)))
    ends = np.cumsum([len(one) for one in lists])
    if most == len(str(numbers.min(initial=10 ** (most - 1)))):
        packed = _of_one_length(numbers, most).tobytes()
        ends *= _width(most)
    else:
        digits = np.searchsorted(_POWERS, numbers, side="right") + 1
        # Zero bytes fill what a shorter one leaves free, and go.
        text = np.zeros((len(numbers), _width(most)), np.uint8)
        for count in np.flatnonzero(np.bincount(digits)).tolist():
            rows = np.flatnonzero(digits == count)
            text[rows, : _width(count)] = _of_one_length(numbers[rows], count)
        packed = text.tobytes().translate(None, b"\0")
        widths = np.array([_width(count) for count in range(most + 1)])[digits]
        ends = np.concatenate(([0], np.cumsum(widths)))[ends]
    begin = 0
    for end in ends.tolist():
        yield packed[begin:end]
        begin = end


def _of_one_length(numbers: Column, digits: int) -> np.ndarray:
    """Numbers of so many digits, one row of "$6\r\n123456\r\n" for each."""
    head, width = b"$%d\r\n" % digits, _width(digits)
    text = np.empty((len(numbers), width), np.uint8)
    # Four digits at a time from the last one on; the first four may reach into the head, which
    # is written afterwards.
    for end in range(width - 2, len(head), -4):
        place = np.dtype(
            {"names": ["four"], "formats": ["<u4"], "offsets": [end - 4], "itemsize": width}
        )
        rest = numbers // FOUR
        text.view(place)["four"][:, 0] = _FOUR_DIGITS[numbers - FOUR * rest]
        numbers = rest
    for at, byte in enumerate(head):
        text[:, at] = byte
    text[:, -2:] = np.frombuffer(b"\r\n", np.uint8)
    return text


def _width(digits: int) -> int:
    return len(b"$%d\r\n" % digits) + digits + 2
