"""Who has read their feed, on its way from the query APIs to the projectors.

A query API publishes numbers of people on a channel: it needs no right to write anything. A mark
that is lost does no harm: a feed goes cold too early, and is built again when it is read.
"""

from collections.abc import Sequence
from typing import Any, cast

import msgspec
from redis import Redis
from redis.client import PubSub
from redis.exceptions import RedisError

CHANNEL = "slackwater:read"

PEOPLE_PER_MESSAGE = 1_000
MESSAGES_AT_ONCE = 100

REST_SECONDS_MAX = 1.0
"""How long the rest of a message is waited for whose beginning is there."""

_DECODER = msgspec.json.Decoder(list[int])


def encode_marks(people: Sequence[int]) -> bytes:
    """These people have read their feeds."""
    return msgspec.json.encode(people)


class HeardMarks:
    """Hears what is published, from the first look on."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._listening: PubSub | None = None

    def take(self) -> set[int]:
        """Who has read since the last look, as far as that was heard. Raises RedisError."""
        if self._listening is None:
            self._listening = self._redis.pubsub(ignore_subscribe_messages=True)
        try:
            if not self._listening.subscribed:
                self._listening.subscribe(CHANNEL)
            return self._heard(self._listening)
        except RedisError:
            self.close()
            raise

    def _heard(self, listening: PubSub) -> set[int]:
        people: set[int] = set()
        assert listening.connection is not None, "whoever has subscribed has a connection"
        for _ in range(MESSAGES_AT_ONCE):
            if not listening.connection.can_read(timeout=0.0):
                break
            message = cast("dict[str, Any] | None", listening.get_message(timeout=REST_SECONDS_MAX))
            if message is None:
                break
            people.update(_people_in(message["data"]))
        return people

    def close(self) -> None:
        """Hears no more."""
        if self._listening is not None:
            self._listening.close()
            self._listening = None


def _people_in(data: bytes) -> list[int]:
    try:
        return _DECODER.decode(data)
    except msgspec.MsgspecError:
        return []  # anybody may publish anything there
