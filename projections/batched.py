"""A script that only reads, called by many at once: what is asked meanwhile goes out together."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha1
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError

from projections.scripts import script_text

CALLS_MAX = 64
"""In one batch, so that the first of it does not wait for too many others."""

TRIES_MAX = 3
"""A server may forget its scripts again and again; after so many times that is an error."""


@dataclass(frozen=True, slots=True)
class _Call:
    arguments: tuple[str | int, ...]
    answer: asyncio.Future[Any]


class BatchedScript:
    """One batch is on its way at a time, and the next one gathers behind it.

    A client that is busy with many answers spends most of its time on calls one by one; a call
    that comes alone goes out at once.
    """

    def __init__(self, redis: Redis, package: str, name: str, preludes: Sequence[str] = ()) -> None:
        self._redis = redis
        self._text = script_text(package, name, "read", preludes)
        self._sha = sha1(self._text.encode(), usedforsecurity=False).hexdigest()
        self._waiting: list[_Call] = []
        self._sending: asyncio.Task[None] | None = None

    async def __call__(self, key: str, arguments: Sequence[str | int]) -> Any:
        """What the script answers for this key.

        Raises RedisError, or whatever else kept its batch from being sent.
        """
        answer = asyncio.get_running_loop().create_future()
        self._waiting.append(_Call((key, *arguments), answer))
        if self._sending is None:
            self._sending = asyncio.create_task(self._send_all())
        return await answer

    async def _send_all(self) -> None:
        batch: list[_Call] = []
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:CALLS_MAX], self._waiting[CALLS_MAX:]
                try:
                    answers = await self._send(batch)
                except Exception as error:  # noqa: BLE001 - whatever it was, its callers are told
                    answers = [error] * len(batch)
                _hand_out(batch, answers)
        finally:  # if it is cut off, nobody waits for ever
            for call in (*batch, *self._waiting):
                call.answer.cancel()
            self._sending = None
            self._waiting = []

    async def _send(self, batch: Sequence[_Call]) -> list[Any]:
        answers: list[Any] = []
        for _ in range(TRIES_MAX):
            async with self._redis.pipeline(transaction=False) as pipe:
                for call in batch:
                    pipe.evalsha(self._sha, 1, *call.arguments)
                answers = await pipe.execute(raise_on_error=False)
            if not any(isinstance(answer, NoScriptError) for answer in answers):
                break
            await self._redis.script_load(self._text)
        return answers


def _hand_out(batch: Sequence[_Call], answers: Sequence[Any]) -> None:
    for call, answer in zip(batch, answers, strict=True):
        if call.answer.done():
            continue  # who asked has gone
        if isinstance(answer, Exception):
            call.answer.set_exception(answer)
        else:
            call.answer.set_result(answer)
