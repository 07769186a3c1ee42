"""Answers of the server as the bytes in which they came, for who compares more than they look at.

Parsing a list of five hundred numbers makes five hundred objects; to see that it is the expected
one, its bytes do. Reference: RESP protocol specification, version 2.
"""

import secrets
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any, cast

import hiredis
from redis import Redis
from redis.connection import AbstractConnection
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from projections.packed import EXEC, MULTI, pack

_BYTES_AT_FIRST = 1 << 20


class _Receiving(AbstractConnection):
    """A connection that can also hand out what comes in as it is."""

    def receive_until(self, end: bytes) -> bytes:
        """Everything that comes in before `end`, which nothing comes after. Raises RedisError."""
        received, count = bytearray(_BYTES_AT_FIRST), 0
        assert self._sock is not None, "a command has been sent"
        try:
            while not received.endswith(end, 0, count):
                if count == len(received):
                    received.extend(bytes(count))
                with memoryview(received)[count:] as space:
                    came = self._sock.recv_into(space)
                if not came:
                    raise RedisConnectionError("the server closed the connection")
                count += came
        except TimeoutError as error:
            raise RedisTimeoutError("the server does not answer") from error
        except OSError as error:
            raise RedisConnectionError(f"the connection broke: {error}") from error
        return bytes(received[: count - len(end)])


class WholeAnswers:
    """A connection of its own, like those of a client. Threads may share it."""

    def __init__(self, redis: Redis) -> None:
        pool = redis.connection_pool
        kind = type("Receiving", (_Receiving, pool.connection_class), {})
        connection = cast("Callable[..., _Receiving]", kind)
        self._connection = connection(**{**pool.connection_kwargs, "protocol": 2})
        self._in_use = Lock()
        # Nothing that is stored can be taken for the end: nobody else knows this word.
        word = secrets.token_hex(16).encode()
        self._ask_for_end = pack(("ECHO", word))
        self._end = b"$%d\r\n%s\r\n" % (len(word), word)

    def close(self) -> None:
        """Ends the connection."""
        self._connection.disconnect()

    def at_one_instant(self, packed: Sequence[bytes]) -> bytes:
        """The answers to these commands, one after the other, with nothing of anybody else's
        in between (MULTI, EXEC).

        Raises RedisError; ResponseError if the transaction as a whole is refused.
        """
        commands = b"".join([MULTI, *packed, EXEC, self._ask_for_end])
        with self._in_use:
            try:
                self._connection.send_packed_command([commands])
                received = self._connection.receive_until(self._end)
            except BaseException:  # answers that nobody read must not meet the next command
                self._connection.disconnect()
                raise
        agreed = b"+OK\r\n" + b"+QUEUED\r\n" * len(packed) + b"*%d\r\n" % len(packed)
        if not received.startswith(agreed):
            refusals = [one for one in parsed(received) if isinstance(one, ResponseError)]
            raise refusals[-1] if refusals else ResponseError("the transaction was not carried out")
        return received[len(agreed) :]


def parsed(answers: bytes) -> list[Any]:
    """These answers as redis-py has them; a refusal is one, too."""
    reader = hiredis.Reader(replyError=ResponseError, notEnoughData=...)
    reader.feed(answers)
    found: list[Any] = []
    while (answer := reader.gets()) is not ...:
        found.append(answer)
    return found


def strings_at(answers: bytes, at: int) -> tuple[list[bytes | None], int] | None:
    """The array of strings that begins there, and where it ends; None if something else does."""
    if answers[at : at + 1] != b"*":
        return None
    end = answers.index(b"\r\n", at)
    strings: list[bytes | None] = []
    for _ in range(int(answers[at + 1 : end])):
        begin = end + 3  # behind the line's end and "$"
        end = answers.index(b"\r\n", begin)
        length = int(answers[begin:end])
        if length < 0:
            strings.append(None)
        else:
            strings.append(answers[end + 2 : end + 2 + length])
            end += 2 + length
    return strings, end + 2
