"""Membership: who beats stays, who stops is missed, and the eldest is the one who came first."""

import pytest
from redis import Redis

from projections import membership
from projections.membership import Member
from tests.waiting import until


def beat(*members: Member) -> None:
    """A heartbeat of each, now."""
    for member in members:
        member._next_beat = 0.0
        member.beat({})


def test_a_member_that_stops_is_missed_when_its_lease_ends(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(membership, "LEASE_MS", 100)
    first, second = Member(redis, "relay"), Member(redis, "relay")
    beat(first, second)
    assert not second.is_eldest

    def eldest_by_now() -> bool:
        beat(second)
        return second.is_eldest

    until(eldest_by_now, "the first one is missed", seconds=5.0)
    assert second.share_of([1, 2, 3]) == [1, 2, 3]


def a_millisecond_passes(redis: Redis) -> None:
    """By the server's clock: leases are told apart by it."""

    def now_ms() -> int:
        seconds, microseconds = redis.time()
        return 1_000 * seconds + microseconds // 1_000

    before = now_ms()
    until(lambda: now_ms() > before, "the next millisecond", seconds=1.0)


def test_a_heartbeat_renews_the_lease(redis: Redis) -> None:
    member = Member(redis, "relay")
    beat(member)
    ends = redis.zscore(member._group, member.name)

    def renewed() -> bool:
        beat(member)
        return redis.zscore(member._group, member.name) != ends

    assert until(renewed, "the lease ends later", seconds=1.0)


def test_the_eldest_stays_the_eldest_whoever_beats_last(redis: Redis) -> None:
    first, second, third = (Member(redis, "relay") for _ in range(3))
    beat(first, second, third)
    for order in ([third, first, second], [second, third, first], [first, second, third]):
        for member in order:
            a_millisecond_passes(redis)
            beat(member)
        assert [m.is_eldest for m in (first, second, third)] == [True, False, False]
        assert [m.share_of(range(4)) for m in (first, second, third)] == [[0, 3], [1], [2]]
