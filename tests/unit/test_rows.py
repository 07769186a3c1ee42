"""Lists as they come from Redis, taken in as columns: only what is right may look right."""

import pytest

from projections.verify.rows import joined, read_rows

RIGHT = read_rows([[b"5", b"3"], [], [b"12"]])


def test_lists_are_taken_in_one_after_the_other() -> None:
    assert RIGHT.numbers.tolist() == [5, 3, 12]
    assert [each.tolist() for each in RIGHT.each()] == [[5, 3], [], [12]]
    again = joined([read_rows([[b"5", b"3"], []]), read_rows([[b"12"]])])
    assert again.equal(RIGHT)


def test_lists_are_held_against_others_one_by_one() -> None:
    same = RIGHT.same_as(read_rows([[b"5", b"4"], [], [b"12"]]))
    assert same.tolist() == [False, True, True]
    same = RIGHT.same_as(read_rows([[b"5", b"3"], [b"12"], []]))
    assert same.tolist() == [True, False, False]
    assert read_rows([]).each()[0].tolist() == []


@pytest.mark.parametrize(
    "lists",
    [
        [[b"5", b"3"], [b"12"], []],
        [[b"5"], [b"3"], [b"12"]],
        [[b"3", b"5"], [], [b"12"]],
        [[b"05", b"3"], [], [b"12"]],
        [[b"5", b"03"], [], [b"12"]],
        [[b"5 3", b""], [], [b"12"]],
        [[b"5 3"], [], [b"12"]],
        [[b"+5", b"3"], [], [b"12"]],
        [[b"5", b"3 "], [], [b"12"]],
        [[b"5", b"3"], [], [b"12", b""]],
        [[b"5", b"3"], [], [b"12" + 30 * b"0"]],
    ],
)
def test_other_lists_are_not_equal_whatever_their_entries_are(lists: list[list[bytes]]) -> None:
    assert not read_rows(lists).equal(RIGHT)
