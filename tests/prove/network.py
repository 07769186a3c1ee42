"""The line between workers and Redis: it loses calls and replies, sends twice, and forgets nothing.

Every call that was ever made can be made again, as a zombie's would be.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from projections.batch_writer import BatchWriter
from projections.projection import Projection
from projections.shards import Checkpoint
from tests.prove import paths
from tests.prove.tally import Tally

CALL_LOST = "call lost"
REPLY_LOST = "reply lost"
SENT_TWICE = "sent twice"
SCRIPT_FORGOTTEN = "script forgotten by the server"

FATES = (CALL_LOST, REPLY_LOST, SENT_TWICE, SCRIPT_FORGOTTEN)

Script = Callable[..., Any]


@dataclass(slots=True)
class Call:
    """One call of apply.lua as it went over the line. `was_carried_out`: at least once."""

    script: Script
    keys: list[str]
    args: list[Any]
    was_carried_out: bool = False

    @property
    def expected(self) -> Checkpoint:
        """Where the caller believed the shard to stand."""
        return Checkpoint(int(self.args[0]), int(self.args[1]))

    @property
    def last(self) -> int:
        """The last position of the batch."""
        return int(self.args[2])

    def make(self) -> tuple[bool, Checkpoint]:
        """Whether it was carried out, and where the shard stands."""
        answer = self.script(keys=self.keys, args=self.args)
        moved, position, place = cast("tuple[int, int, int]", answer)
        self.was_carried_out |= moved == 1
        return moved == 1, Checkpoint(position, place)


class Network:
    """All lines of one history. `faults`: with which probability a call meets one."""

    def __init__(self, redis: Redis, rng: random.Random, tally: Tally, faults: float) -> None:
        self._redis = redis
        self._rng = rng
        self._tally = tally
        self.faults = faults
        self.made: list[Call] = []
        self.is_inside = False
        """Whether the last call ended inside an event."""

    def writer(self, projection: Projection, budget: int) -> BatchWriter:
        """A real writer, whose calls go over this line."""
        writer = BatchWriter(self._redis, projection, budget=budget)
        self.connect(writer)
        return writer

    def connect(self, writer: BatchWriter) -> None:
        """Puts this line between a writer and Redis."""
        script = writer._apply

        def call(keys: list[str], args: list[Any]) -> object:
            return self._carry(Call(script, keys, args))

        writer._apply = call  # pyright: ignore[reportAttributeAccessIssue]

    def _carry(self, call: Call) -> object:
        self.made.append(call)
        self._tally.calls += 1
        fate = self._rng.choice(FATES) if self._rng.random() < self.faults else ""
        self._tally.faults[fate] += bool(fate)
        if fate == CALL_LOST:
            raise RedisConnectionError(fate)
        if fate == SCRIPT_FORGOTTEN:
            self._redis.script_flush()
        moved, reached = call.make()
        if fate == SENT_TWICE and moved:
            again, stands = call.make()
            assert not again, f"{call.keys[0]}: a call sent twice was carried out twice"
            assert stands == reached, f"{call.keys[0]}: it moved to {stands} by itself"
        self._recognise(call, moved, reached)
        if fate == REPLY_LOST:
            raise RedisConnectionError(fate)
        return [int(moved), reached.position, reached.place]

    def _recognise(self, call: Call, moved: bool, reached: Checkpoint) -> None:
        taken = self._tally.paths
        self.is_inside = reached.place > 0
        if not moved:
            if reached != call.expected:
                taken[paths.STOOD_ELSEWHERE] += 1
            elif self._redis.hexists(call.keys[0], "turning"):
                taken[paths.BATCH_TURNING] += 1
            else:
                taken[paths.WAS_HELD] += 1
            return
        taken[paths.RESUMED_INSIDE] += call.expected.place > 0
        if reached.place > 0:
            taken[paths.BUDGET_INSIDE] += 1
        elif reached.position < call.last:
            taken[paths.BUDGET_BETWEEN] += 1
