"""Writes a generation that nobody reads yet: plain commands, packed here, sent by a thread.

While the server works on one load, the next one is computed and packed.
"""

import threading
from collections.abc import Iterable, Sequence
from queue import Queue
from types import TracebackType
from typing import Self

from redis import Redis
from redis.exceptions import RedisError, ResponseError

from projections.history.bulk_strings import bulk_strings
from projections.history.columns import Column
from projections.packed import Argument, exchange, pack

BYTES_AT_ONCE = 500_000
LOADS_WAITING_MAX = 8
ENTRIES_PER_COMMAND = 1_000


class Loader:
    """Sends commands in order. Use it as a context: leaving it waits until all are carried out.

    Raises RedisError.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._packed: list[bytes] = []
        self._bytes = 0
        self._loads: Queue[list[bytes] | None] = Queue(LOADS_WAITING_MAX)
        self._thread = threading.Thread(target=self._send_all, name="loader", daemon=True)
        self._fault: RedisError | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            self._hand_over()
        self._loads.put(None)
        self._thread.join()
        if error is None and self._fault is not None:
            raise self._fault

    def add(self, *command: Argument) -> None:
        """One command; its second part is the key."""
        self._take(pack(command))

    def push(self, lists: Iterable[Column], keys: Iterable[Sequence[str]]) -> None:
        """Each of these lists, from its head on, under each of its keys."""
        parts = [
            (entries[at : at + ENTRIES_PER_COMMAND], those)
            for entries, those in zip(lists, keys, strict=True)
            for at in range(0, len(entries), ENTRIES_PER_COMMAND)
        ]
        packed = bulk_strings(entries for entries, _ in parts)
        # A command is its number of parts, then the parts (RESP): entries are packed once for all.
        head = b"*%d\r\n$5\r\nRPUSH\r\n$%d\r\n%s\r\n"
        for (entries, those), strings in zip(parts, packed, strict=True):
            for key in those:
                self._take(head % (len(entries) + 2, len(key), key.encode()) + strings)

    def _take(self, packed: bytes) -> None:
        self._packed.append(packed)
        self._bytes += len(packed)
        if self._bytes >= BYTES_AT_ONCE:
            self._hand_over()

    def _hand_over(self) -> None:
        if self._fault is not None:
            raise self._fault
        self._loads.put(self._packed)
        self._packed, self._bytes = [], 0

    def _send_all(self) -> None:
        """Sends until told to end. After a fault the rest is taken, and thrown away."""
        while (load := self._loads.get()) is not None:
            if self._fault is not None:
                continue
            try:
                for answer in exchange(self._redis, load):
                    if isinstance(answer, ResponseError):
                        self._fault = answer
            except RedisError as error:
                self._fault = error
