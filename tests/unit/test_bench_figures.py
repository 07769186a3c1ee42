"""What repetitions say: medians, spreads, advantages, goals, and what grows too fast."""

import pytest

from tests.bench.figures import (
    Better,
    Goal,
    Sample,
    advantage,
    advantage_spread,
    excess_over_line,
)


def test_a_sample_is_its_median_and_everything_between_its_ends() -> None:
    sample = Sample((3.0, 100.0, 1.0, 2.0))
    assert sample.median == 2.5
    assert sample.spread == (1.0, 100.0)


def test_an_advantage_is_above_one_whichever_way_a_figure_should_go() -> None:
    assert advantage(30.0, 10.0, Better.HIGHER) == 3.0
    assert advantage(10.0, 30.0, Better.LOWER) == 3.0
    assert advantage(30.0, 10.0, Better.LOWER) == pytest.approx(1 / 3)
    assert advantage(0.0, 10.0, Better.LOWER) == float("inf")


def test_the_spread_of_an_advantage_compares_what_was_measured_side_by_side() -> None:
    ours, theirs = Sample((10.0, 40.0)), Sample((5.0, 40.0))
    assert advantage_spread(ours, theirs, Better.HIGHER) == (1.0, 2.0)
    assert advantage_spread(ours, theirs, Better.LOWER) == (0.5, 1.0)


@pytest.mark.parametrize(
    ("goal", "ours", "ratio", "met"),
    [
        (Goal(ratio_min=3), 1.0, 3.0, True),
        (Goal(ratio_min=3), 1.0, 2.99, False),
        (Goal(ratio_min=3), 1.0, None, None),
        (Goal(ratio_min=10, ours_max=7.5), 7.4, 11.0, True),
        (Goal(ratio_min=10, ours_max=7.5), 7.6, 11.0, False),
        (Goal(ratio_min=10, ours_max=7.5), 7.4, 9.0, False),
        (Goal(ratio_min=10, ours_max=7.5), 7.6, None, False),
        (Goal(ours_min=20), 20.0, None, True),
        (Goal(ours_min=20), 19.9, None, False),
        (Goal(), 20.0, 3.0, None),
    ],
)
def test_a_goal_is_met_if_all_that_is_stated_holds(
    goal: Goal, ours: float, ratio: float | None, met: bool | None
) -> None:
    assert goal.is_met(ours, ratio) is met


def test_a_goal_is_told_in_the_words_of_the_table() -> None:
    assert Goal(ratio_min=2.5).told("pages/s") == "2.5x"
    assert Goal(ratio_min=10, ours_max=7.5).told("bytes") == "10x, <= 7.5 bytes"
    assert Goal(ours_min=20_000).told("feeds/s") == ">= 20,000 feeds/s"


def test_a_straight_line_has_no_excess_wherever_it_begins() -> None:
    assert excess_over_line([1, 4, 16], [10.0, 40.0, 160.0]) == pytest.approx(0)
    assert excess_over_line([1, 4, 16], [103.0, 112.0, 148.0]) == pytest.approx(0)


def test_what_grows_faster_than_its_size_has_an_excess() -> None:
    assert excess_over_line([1, 4, 16], [1.0, 16.0, 256.0]) == pytest.approx(3)
    assert excess_over_line([1, 4, 16], [1.0, 2.0, 4.0]) < 0
