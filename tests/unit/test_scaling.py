"""The scaling rule: patient on the way up, more patient on the way down, and never to and fro."""

from collections.abc import Iterable

import pytest

from launcher.projector_scaling import DOWN_AFTER_SECONDS, UP_AFTER_SECONDS, Rule, Scale, next_scale

RULE = Rule(minimum=2, maximum=4, lag_seconds=8.0)
CALM, BETWEEN, BEHIND = 2.0, 5.0, 8.1


def course(lags: Iterable[float | None], scale: Scale | None = None) -> list[int]:
    """How many projectors should run, second by second."""
    scale, found = scale or Scale(RULE.minimum), list[int]()
    for second, lag in enumerate(lags):
        scale = next_scale(RULE, scale, lag, float(second))
        found.append(scale.projectors)
    return found


def test_a_lag_that_stays_too_long_starts_one_after_the_other_up_to_the_maximum() -> None:
    wait = int(UP_AFTER_SECONDS)
    assert course([BEHIND] * 4 * wait) == [2] * wait + [3] * wait + [4] * 2 * wait


def test_a_peak_starts_nothing() -> None:
    peak = [BEHIND] * int(UP_AFTER_SECONDS)
    for break_ in (CALM, BETWEEN, None):
        assert set(course([*peak, break_] * 5)) == {2}


def test_after_a_calm_time_one_after_the_other_is_stopped_down_to_the_minimum() -> None:
    wait = int(DOWN_AFTER_SECONDS)
    lags = [CALM] * 4 * wait
    assert course(lags, Scale(4)) == [4] * wait + [3] * wait + [2] * 2 * wait


@pytest.mark.parametrize("break_", [BETWEEN, BEHIND, None])
def test_what_is_not_quite_calm_stops_nothing(break_: float | None) -> None:
    calm = [CALM] * int(DOWN_AFTER_SECONDS)
    assert set(course([*calm, break_] * 5, Scale(3))) == {3}


@pytest.mark.parametrize("lag", [8.0, BETWEEN, 2.1])
def test_between_calm_and_behind_nothing_ever_changes(lag: float) -> None:
    assert set(course([lag] * 1_000, Scale(3))) == {3}


def test_a_lag_that_nobody_can_tell_changes_nothing_however_long() -> None:
    assert set(course([None] * 1_000, Scale(3))) == {3}


def test_with_no_room_between_minimum_and_maximum_there_is_nothing_to_do() -> None:
    rule = Rule(minimum=2, maximum=2, lag_seconds=1.0)
    scale = Scale(2)
    for second in range(1_000):
        scale = next_scale(rule, scale, BEHIND if second < 500 else 0.0, float(second))
        assert scale.projectors == 2
