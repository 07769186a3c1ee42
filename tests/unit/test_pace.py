"""A call does as much as it may do in its time, within bounds."""

import pytest

from projections.pace import CALL_SECONDS, STEPS_UP, Pace


def after(pace: Pace, *seconds: float) -> int:
    for each in seconds:
        pace.took(each)
    return pace.deliveries


def test_it_begins_with_all_that_is_allowed_and_stays_there_while_calls_are_short() -> None:
    assert after(Pace(at_most=4_000, at_least=250), CALL_SECONDS / 2, CALL_SECONDS) == 4_000


def test_calls_that_take_half_as_long_again_do_two_thirds_from_then_on() -> None:
    assert after(Pace(at_most=3_000, at_least=250), 1.5 * CALL_SECONDS) == 2_000


def test_one_call_that_took_very_long_halves_the_next_and_no_more() -> None:
    assert after(Pace(at_most=4_000, at_least=250), 100 * CALL_SECONDS) == 2_000


def test_however_long_calls_take_they_do_something() -> None:
    assert after(Pace(at_most=4_000, at_least=250), *[1.0] * 20) == 250


def test_it_comes_back_when_calls_are_short_again() -> None:
    slowed = Pace(at_most=4_000, at_least=250)
    assert after(slowed, *[1.0] * 3) == 500
    assert after(slowed, CALL_SECONDS / 4) == 1_000
    assert after(slowed, *[0.0] * 9) == 4_000


@pytest.mark.parametrize("seconds", [0.0, 1.0])
def test_a_fixed_pace_does_not_change(seconds: float) -> None:
    assert after(Pace(at_most=3, at_least=3), seconds, seconds) == 3


def test_calls_that_come_through_lead_back_to_all_that_is_allowed() -> None:
    pace = Pace(at_most=4_000, at_least=250)
    assert after(pace, *[1.0] * 20) == 250
    for _ in range(STEPS_UP):
        pace.came_through()
    assert pace.deliveries == 4_000
    pace.came_through()
    assert pace.deliveries == 4_000
