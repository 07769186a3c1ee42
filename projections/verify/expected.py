"""Lists of people's and posts' numbers as the server answers them, if they are as history says.

What is compared is compared in full, byte by byte, without taking apart what has come.
"""

import numpy as np

from projections.verify.rows import Rows
from projections.verify.truth import Truth


class ExpectedAnswers:
    """`truth` may advance meanwhile."""

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self._made_for = -1

    def lists(self, rows: Rows) -> list[bytes]:
        """What the server answers if asked for each of these lists (RESP, array of bulk strings).

        Every number is one of a person or a post.
        """
        self._make()
        strings = self._strings[self._index[rows.numbers]]
        sizes = np.concatenate(([0], np.cumsum(rows.sizes)))
        if rows.numbers.min(initial=self._longest_from) >= self._longest_from:
            packed, ends = strings.tobytes(), sizes * self._strings.itemsize
        else:
            # Shorter ones have zero bytes behind them, which stand nowhere else.
            packed = strings.tobytes().translate(None, b"\0")
            lengths = self._lengths[self._index[rows.numbers]]
            ends = np.concatenate(([0], np.cumsum(lengths)))[sizes]
        begin, found = 0, list[bytes]()
        for size, end in zip(rows.sizes.tolist(), ends[1:].tolist(), strict=True):
            found.append(b"*%d\r\n%s" % (size, packed[begin:end]))
            begin = end
        return found

    def _make(self) -> None:
        """Every number's bulk string, written by Python: verification shares no writing of
        numbers with the bulk loads that it judges."""
        truth = self._truth
        if self._made_for == truth.revision:
            return
        numbers = np.sort(np.concatenate((truth.people, truth.post)))
        digits = len(str(numbers[-1])) if len(numbers) else 1
        longest = len(_bulk_string(10 ** (digits - 1)))
        by_digits: list[np.ndarray] = []
        lengths: list[np.ndarray] = []
        for count in range(1, digits + 1):
            low, high = np.searchsorted(numbers, (10 ** (count - 1), 10**count))
            one = b"$%d\r\n%%d\r\n" % count
            packed = (one * int(high - low)) % tuple(numbers[low:high].tolist())
            length = len(_bulk_string(10 ** (count - 1)))
            by_digits.append(np.frombuffer(packed, f"S{length}").astype(f"S{longest}"))
            lengths.append(np.full(high - low, length, np.int64))
        self._strings = np.concatenate(by_digits).view(f"V{longest}")
        self._lengths = np.concatenate(lengths)
        self._longest_from = 10 ** (digits - 1)
        self._index = np.zeros(truth.position + 1, np.int32)
        self._index[numbers] = np.arange(len(numbers))
        self._made_for = truth.revision


def _bulk_string(number: int) -> bytes:
    digits = b"%d" % number
    return b"$%d\r\n%s\r\n" % (len(digits), digits)
