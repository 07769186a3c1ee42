"""What every reader of a projection needs: the active generation, and scripts that only read."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from redis.asyncio import Redis
from redis.commands.core import AsyncScript

from projections.errors import ProjectionUnavailable
from projections.log.in_sight import HistoryInSight
from projections.scripts import script_text
from projections.shards import Generation, active_generation, epoch_in, generations_key

POINTER_SECONDS_MAX = 1.0
"""How long a reader may go without a look at the pointer."""

LOOKS_MAX = 3
"""At a pointer while one history after the other comes into sight."""

Answer = TypeVar("Answer")

Checkpoints = Sequence[Sequence[bytes | str | None]]
"""`position`, `held_until` and `filling` of each shard that was read, as Redis gave them."""

READ_FIELDS = ("position", "held_until", "filling")


@dataclass(frozen=True, slots=True)
class Looked(Generic[Answer]):
    """What a look at a generation found, and the checkpoints it holds for."""

    checkpoints: Checkpoints
    answer: Answer

    @property
    def is_there(self) -> bool:
        """Whether every shard has a checkpoint, and is not being filled from nothing.

        Without a checkpoint nothing is known; while it is filled, only what is long past.
        """
        return all(
            position is not None and filling is None for position, _, filling in self.checkpoints
        )

    @property
    def is_fed(self) -> bool:
        """Whether nothing holds these shards back."""
        return all(held_until is None for _, held_until, _ in self.checkpoints)


class ActiveGeneration:
    """Follows the pointer to a projection's active generation.

    A generation belongs to one history. Who follows the pointer across a change of epochs says so
    to `history`, so that nothing remembered of the old one goes into an answer of the new one.
    """

    def __init__(self, redis: Redis, projection: str, history: HistoryInSight) -> None:
        self._redis = redis
        self._projection = projection
        self._history = history
        self._known: Generation | None = None
        self._known_until = 0.0
        history.on_change(self._forget)

    async def get(self) -> Generation:
        """The generation to read. Raises ProjectionUnavailable if there is none yet."""
        if self._known is None or time.monotonic() > self._known_until:
            return await self._follow_pointer()
        return self._known

    async def read(self, look: Callable[[Generation], Awaitable[Looked[Answer]]]) -> Answer:
        """What a look at the active generation finds. Raises ProjectionUnavailable.

        A generation that is replaced is held first. Who finds a shard held, or gone, looks at the
        pointer again before answering: so nobody gives an answer from the old one after
        somebody else gave one from the new.
        """
        generation = await self.get()
        looked = await look(generation)
        while not (looked.is_there and looked.is_fed):
            current = await self._follow_pointer()
            if current == generation:
                break
            generation = current
            looked = await look(generation)
        if not looked.is_there:
            raise unavailable(self._projection)
        return looked.answer

    async def _follow_pointer(self) -> Generation:
        fields = await self._registry()
        self._known = active_generation(self._projection, fields)
        self._known_until = time.monotonic() + POINTER_SECONDS_MAX
        if self._known is None:
            raise unavailable(self._projection)
        return self._known

    async def _registry(self) -> dict[bytes, bytes]:
        key = generations_key(self._projection)
        for _ in range(LOOKS_MAX):
            changes = self._history.changes
            fields = cast("dict[bytes, bytes]", await self._redis.hgetall(key))
            if changes != self._history.changes:
                continue  # what was on its way may be of the history that was replaced meanwhile
            if epoch := epoch_in(fields):
                self._history.see(epoch)
            return fields
        raise unavailable(self._projection)

    def _forget(self) -> None:
        self._known = None


def unavailable(projection: str) -> ProjectionUnavailable:
    """The error for a read model that is not here."""
    return ProjectionUnavailable(
        f"the {projection} projection is not built here yet, or not up to where the log ends; "
        "projectors build it by themselves: try again shortly"
    )


def load_read_script(
    redis: Redis, package: str, name: str, preludes: Sequence[str] = ()
) -> AsyncScript:
    """A script that cannot write, ready to call."""
    return redis.register_script(script_text(package, name, "read", preludes))


def positions_of(checkpoints: Checkpoints) -> list[int]:
    """The position of each shard; 0 where there is no checkpoint."""
    return [int(position or 0) for position, _, _ in checkpoints]
