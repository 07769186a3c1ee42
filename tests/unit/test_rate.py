"""The rate algorithm: never more than the rate and a burst, and nobody waits longer than that."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.limits.address import address_of
from edge.limits.classes import Cost, cost_of
from edge.limits.rate import Rate

rates = st.builds(Rate, st.integers(1, 100), st.integers(1, 100), st.integers(1, 50))
gaps = st.lists(st.floats(0, 30), max_size=200)


@given(rate=rates, gaps=gaps)
def test_in_any_span_so_many_calls_come_through_as_the_rate_and_a_burst_allow(
    rate: Rate, gaps: list[float]
) -> None:
    now, arrival, through = 1_000.0, 0.0, list[float]()
    for gap in gaps:
        now += gap
        following = rate.next_arrival(arrival, now)
        if not rate.wait(following, now):
            arrival = following
            through.append(now)
    for first, begin in enumerate(through):
        for last in range(first, len(through)):
            span = through[last] - begin
            assert last - first + 1 <= span / rate.interval + rate.burst + 1e-6


@given(rate=rates, calls=st.integers(1, 60))
def test_who_waits_as_long_as_told_comes_through(rate: Rate, calls: int) -> None:
    now, arrival = 1_000.0, 0.0
    for _ in range(calls):
        following = rate.next_arrival(arrival, now)
        if wait := rate.wait(following, now):
            assert wait <= rate.interval * (1 + 1e-6)
            now += wait + 1e-9
            following = rate.next_arrival(arrival, now)
        assert rate.wait(following, now) == pytest.approx(0, abs=1e-6)
        arrival = following


@given(rate=rates)
def test_a_whole_burst_comes_at_once_and_not_one_more(rate: Rate) -> None:
    arrival = 0.0
    for left in range(rate.burst, 0, -1):
        assert rate.remaining(arrival, 1_000.0) == left
        arrival = rate.next_arrival(arrival, 1_000.0)
    assert rate.remaining(arrival, 1_000.0) == 0
    assert rate.wait(rate.next_arrival(arrival, 1_000.0), 1_000.0) > 0


def test_a_rate_is_written_as_people_say_it() -> None:
    assert Rate.parse("") is None
    assert Rate.parse("60/60s") == Rate(60, 60, 60)
    assert Rate.parse("600/60s burst 100") == Rate(600, 60, 100)
    for wrong in ("60", "60/60", "0/60s", "60/0s", "60/60s burst", "-1/1s", "60/60s burst x"):
        with pytest.raises(ValueError, match="60/60s burst 20"):
            Rate.parse(wrong)


@pytest.mark.parametrize(
    ("method", "path", "cost"),
    [
        ("GET", "/feed/", Cost.READ),
        ("GET", "/feed/stream", Cost.STREAM),
        ("GET", "/users/1/posts", Cost.READ),
        ("POST", "/users/", Cost.REGISTER),
        ("DELETE", "/users/1", Cost.WRITE),
        ("POST", "/users/1/follow", Cost.FOLLOW),
        ("POST", "/users/1/unfollow", Cost.FOLLOW),
        ("POST", "/posts/", Cost.WRITE),
        ("DELETE", "/posts/1", Cost.WRITE),
        ("GET", "/nonsense", Cost.READ),
        ("PATCH", "/nonsense", Cost.WRITE),
        ("GET", "/livez", None),
        ("GET", "/metrics", None),
        ("GET", "/debug/health", None),
    ],
)
def test_a_request_is_of_the_class_of_what_it_costs(
    method: str, path: str, cost: Cost | None
) -> None:
    assert cost_of({"method": method, "path": path}) == cost


@pytest.mark.parametrize(
    ("peer", "told", "proxies", "address"),
    [
        ("192.0.2.1", [], 0, "192.0.2.1"),
        ("192.0.2.1", ["198.51.100.7"], 0, "192.0.2.1"),
        ("10.0.0.1", ["198.51.100.7"], 1, "198.51.100.7"),
        ("10.0.0.1", ["6.6.6.6, 198.51.100.7"], 1, "198.51.100.7"),
        ("10.0.0.1", ["6.6.6.6", "198.51.100.7"], 1, "198.51.100.7"),
        ("10.0.0.1", ["198.51.100.7, 10.0.0.2"], 2, "198.51.100.7"),
        ("10.0.0.1", [], 1, "10.0.0.1"),
        ("10.0.0.1", ["rubbish"], 1, "unknown"),
        ("2001:db8:1:2:3:4:5:6", [], 0, "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", [], 0, "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", [], 0, "192.0.2.1"),
    ],
)
def test_an_address_is_believed_as_far_as_our_own_proxies_told_it(
    peer: str, told: list[str], proxies: int, address: str
) -> None:
    headers = [(b"x-forwarded-for", one.encode()) for one in told]
    assert address_of({"client": (peer, 1), "headers": headers}, proxies) == address
