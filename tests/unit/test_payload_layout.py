"""Whom a payload names stands in its first bytes: what an erased person leaves is found by them."""

from datetime import datetime, timedelta, timezone

import pytest

from command_api.event_store.erasures import NAMING_BYTES_MAX
from domain.codec import CODEC
from domain.events import Deleted, EventBody, Followed, Published, Unfollowed

LAST = 2**63 - 1
AT = datetime(2026, 12, 31, 23, 59, 59, 999_999, timezone(-timedelta(hours=11, minutes=59)))


@pytest.mark.parametrize(
    "body",
    [
        Published(at=AT, v=2, author=LAST, text="t" * 2_000),
        Deleted(at=AT, post=LAST, author=LAST),
        Followed(at=AT, follower=LAST, followee=LAST),
        Unfollowed(at=AT, follower=LAST, followee=LAST),
    ],
    ids=lambda body: body.TOPIC,
)
def test_the_longest_names_stand_within_the_bytes_that_are_looked_at(body: EventBody) -> None:
    payload = CODEC.encode(body)
    after_the_last_name = payload.rindex(b":%d" % LAST) + len(b":%d," % LAST)
    assert after_the_last_name <= NAMING_BYTES_MAX
