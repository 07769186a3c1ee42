"""Commands packed by the thousand and sent at once, for the bulk paths.

redis-py's own pipeline packs and parses command by command in Python, which would be more than
half of the work of a rebuild or a verification.
"""

from collections.abc import Sequence
from typing import Any

import hiredis
from redis import Redis
from redis.exceptions import ResponseError

Argument = str | bytes | int

MULTI, EXEC = b"*1\r\n$5\r\nMULTI\r\n", b"*1\r\n$4\r\nEXEC\r\n"


def pack(parts: Sequence[Argument]) -> bytes:
    """One command as it goes over the wire (RESP)."""
    return hiredis.pack_command(tuple(parts))  # pyright: ignore[reportArgumentType] - of any length


def exchange(redis: Redis, packed: Sequence[bytes]) -> list[Any]:
    """Sends these commands and returns their answers; a refusal is an answer, too.

    Raises RedisError.
    """
    connection = redis.connection_pool.get_connection()
    answers: list[Any] = []
    try:
        connection.send_packed_command([b"".join(packed)])
        for _ in packed:
            try:
                answers.append(connection.read_response())
            except ResponseError as refusal:
                answers.append(refusal)
    except BaseException:  # answers that nobody read must not meet the next command
        connection.disconnect()
        raise
    finally:
        redis.connection_pool.release(connection)
    return answers
