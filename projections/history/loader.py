"""Writes a generation that nobody reads yet: plain commands, packed here, sent by a thread.

While the server works on one load, the next one is computed and packed.
"""

import threading
from collections.abc import Sequence
from queue import Queue
from types import TracebackType
from typing import Self

import hiredis
from redis import Redis
from redis.exceptions import RedisError, ResponseError

Argument = str | bytes | int

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
        self._take(_packed(command))

    def push(self, entries: Sequence[int], *keys: str) -> None:
        """A list, from its head on, under each of these keys."""
        for at in range(0, len(entries), ENTRIES_PER_COMMAND):
            part = entries[at : at + ENTRIES_PER_COMMAND]
            # A command is its number of parts, then the parts (RESP): packed once for all keys.
            _, _, packed = _packed(part).partition(b"\r\n")
            for key in keys:
                head = b"*%d\r\n$5\r\nRPUSH\r\n$%d\r\n%s\r\n"
                self._take(head % (len(part) + 2, len(key), key.encode()) + packed)

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
                self._send(load)
            except RedisError as error:
                self._fault = error

    def _send(self, load: list[bytes]) -> None:
        connection = self._redis.connection_pool.get_connection()
        try:
            connection.send_packed_command([b"".join(load)])
            for _ in load:
                answer = connection.read_response()
                if isinstance(answer, ResponseError):
                    raise answer
        except BaseException:  # answers that nobody read must not meet the next command
            connection.disconnect()
            raise
        finally:
            self._redis.connection_pool.release(connection)


def _packed(parts: Sequence[Argument]) -> bytes:
    return hiredis.pack_command(tuple(parts))  # pyright: ignore[reportArgumentType] - of any length
