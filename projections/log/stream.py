"""The Redis Stream that carries the log: entry ids are positions, each entry names its prev.

Keys of people are not in it: `Store.with_keys` has them.
"""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from redis import Redis
from redis.exceptions import ResponseError

from projections.log.entry import Entry
from projections.log.errors import HistoryMismatch, MalformedEntry
from projections.scripts import load_script

STREAM = "slackwater:stream"
EPOCH = "slackwater:epoch"

Fields = dict[bytes, bytes]


class Stream:
    """Appends to and reads from the stream. The client's answers must be bytes."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._append = load_script(redis, "projections.log", "append")
        self._begin_after = load_script(redis, "projections.log", "begin_after")

    def claim_epoch(self, epoch: str) -> str:
        """Marks a stream that carries no epoch yet with its history's; returns what it carries."""
        self._redis.set(EPOCH, epoch, nx=True)
        return self.epoch()

    def epoch(self) -> str:
        """The epoch of the history that this stream and all read models carry; "" if none yet."""
        return (cast("bytes | None", self._redis.get(EPOCH)) or b"").decode()

    def last_position(self) -> int:
        """The stream's own last id; 0 if there is no stream. Trimming does not change it."""
        try:
            info = self._redis.xinfo_stream(STREAM)
        except ResponseError as error:
            if "no such key" not in str(error):
                raise
            return 0
        return position_of(info["last-generated-id"])

    def begin_after(self, epoch: str, position: int) -> bool:
        """Makes an empty stream whose last id is this position; see begin_after.lua.

        Who stands below it reads the store, as where the stream was trimmed. False if there is a
        stream already, or Redis carries another epoch: nothing is changed then.
        """
        return bool(self._begin_after(keys=[STREAM, EPOCH], args=[epoch, position]))

    def append(self, epoch: str, expected_last: int, entries: Sequence[Entry]) -> int:
        """Appends all entries if the stream still ends at `expected_last`, else none.

        Returns the stream's last position. Raises HistoryMismatch.
        """
        arguments: list[str | bytes | int] = [epoch, expected_last]
        for entry in entries:
            arguments += (
                entry.position, entry.prev, entry.originator_id.bytes, entry.topic, entry.state,
                entry.traceparent,
            )  # fmt: skip
        last = cast("int", self._append(keys=[STREAM, EPOCH], args=arguments))
        if last < 0:
            raise HistoryMismatch("the stream carries another epoch than the store")
        return last

    def read_after(self, position: int, limit: int, block_ms: int | None = None) -> list[Entry]:
        """The next entries above a position. Waits up to `block_ms` for one if there is none."""
        return entries_in(self._redis.xread({STREAM: f"{position}-0"}, count=limit, block=block_ms))

    def length(self) -> int:
        """How many entries the stream holds."""
        return self._redis.xlen(STREAM)

    def trim_below(self, position: int) -> int:
        """Drops entries below this position and returns how many."""
        return self._redis.xtrim(STREAM, minid=f"{position}-0", approximate=False)

    def trim_to(self, entries: int) -> int:
        """Keeps the newest so many and returns how many it dropped."""
        return self._redis.xtrim(STREAM, maxlen=entries, approximate=False)

    def last_entry(self) -> Entry | None:
        """The newest entry that the stream still holds."""
        newest = cast("list[tuple[bytes, Fields]]", self._redis.xrevrange(STREAM, count=1))
        return _entry(*newest[0]) if newest else None


def position_of(entry_id: bytes) -> int:
    """The position that a stream entry's id stands for."""
    return int(entry_id.split(b"-")[0])


def entries_in(answer: Any) -> list[Entry]:
    """The entries in an answer to XREAD of the one stream. Raises MalformedEntry."""
    if not answer:
        return []
    return [_entry(entry_id, fields) for entry_id, fields in _entries_of(answer)]


def _entries_of(answer: Any) -> list[tuple[bytes, Fields]]:
    # A dict under RESP3, a list of pairs under RESP2.
    [entries] = answer.values() if isinstance(answer, dict) else [answer[0][1]]
    # Under RESP3 redis-py wraps each stream's entries in one more list.
    return entries[0] if entries and isinstance(entries[0], list) else entries


def _entry(entry_id: bytes, fields: Fields) -> Entry:
    position = position_of(entry_id)
    try:
        return Entry(
            position=position,
            prev=int(fields[b"prev"]),
            originator_id=UUID(bytes=fields[b"id"]),
            topic=fields[b"topic"].decode(),
            state=fields[b"state"],
            traceparent=fields.get(b"traceparent", b"").decode(),
        )
    except (KeyError, ValueError, AssertionError) as error:
        raise MalformedEntry(position) from error
