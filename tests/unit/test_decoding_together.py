"""Many payloads of one topic decoded at once: either each is as it should be, or none is taken."""

from datetime import UTC, datetime

import pytest

from domain.codec import CODEC
from domain.events import Followed

AT = datetime(2026, 1, 1, tzinfo=UTC)


def test_payloads_of_a_topic_are_decoded_together_as_one_by_one() -> None:
    follows = [Followed(at=AT, follower=number, followee=number + 1) for number in range(5)]
    states = [CODEC.encode(body) for body in follows]
    assert CODEC.decode_joined(Followed.TOPIC, b"],[".join(states)) == follows


@pytest.mark.parametrize(
    "joined",
    [
        b'{"at":"2026-01-01T00:00:00Z","v":2,"follower":1,"followee":2}',
        b'{"at":"2026-01-01T00:00:00Z","v":1,"follower":1',
        b"",
        b'{"at":"2026-01-01T00:00:00Z","v":1,],["follower":1,"followee":2}',
        b'{"at":"2026-01-01T00:00:00Z","v":1,"follower":1,"followee":2},{}',
    ],
)
def test_payloads_that_need_a_closer_look_are_not_decoded_together(joined: bytes) -> None:
    assert CODEC.decode_joined(Followed.TOPIC, joined) is None
    assert CODEC.decode_joined("nobody.knows", b"{}") is None
