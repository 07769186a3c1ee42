"""What makes a projection: its name, the operations an event means to a shard, its script."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, cast

from redis import Redis

from projections.log.entry import Entry
from projections.scripts import load_script
from projections.shards import Checkpoint, Generation, Shard

if TYPE_CHECKING:
    from projections.history.events import Event
    from projections.history.loader import Loader

Operation = list[str | int | bytes]
"""Flat script arguments; what they mean is said at the head of the projection's apply.lua."""


@dataclass(frozen=True, slots=True)
class Projection:
    """A read model in Redis, as the projector sees it.

    `package` holds its apply.lua and its build.py; `operations` says what of an event concerns a
    shard's slice (nothing: an empty list).
    """

    name: str
    package: str
    operations: Callable[[Shard, Entry], Operation]
    preludes: tuple[str, ...] = ()

    def build(self, generation: Generation, history: "Iterable[Event]", loader: "Loader") -> None:
        """Loads a new generation with what all events, from the first one on, lead to.

        Only who builds imports it: numpy takes longer to start than all else that a worker needs.
        """
        import_module(f"{self.package}.build").build(generation, history, loader)


CALL_DELIVERIES_MAX = 4_000
"""What one call of a script may do, so that it blocks Redis for about 10 ms at the most."""


CALLS_MAX = 25
"""Calls in a row for one shard, so that no shard keeps a worker from the others for long."""

Between = Callable[[], object]
"""Called between two calls of a script; a worker's chance to say that it is alive."""


class BatchWriter:
    """Applies batches of the log to the shards of one projection."""

    def __init__(
        self, redis: Redis, projection: Projection, *, budget: int = CALL_DELIVERIES_MAX
    ) -> None:
        self._projection = projection
        self._budget = budget
        preludes = ("checkpoint", *projection.preludes)
        self._apply = load_script(redis, projection.package, "apply", preludes)

    def apply(
        self,
        shard: Shard,
        checkpoint: Checkpoint,
        entries: Sequence[Entry],
        between: Between | None = None,
    ) -> Checkpoint:
        """Applies the entries above the checkpoint and returns where the shard stands then.

        One call of the script does a bounded amount of work, so a batch may take several, and
        what CALLS_MAX do not finish is left for next time. If the shard stands elsewhere than at
        `checkpoint`, somebody else is at it: nothing is applied and its real checkpoint is
        returned. Raises UnreadableEvent before anything is written.
        """
        assert entries
        assert entries[0].prev <= checkpoint.position, "a batch must follow the checkpoint"
        operations = [(e.position, self._projection.operations(shard, e)) for e in entries]
        last, great = entries[-1].position, shard.generation.great
        if last <= checkpoint.position:
            return checkpoint  # it is all applied: the script would go back to its end
        for _ in range(CALLS_MAX):
            arguments: Operation = [checkpoint.position, checkpoint.place, last]
            arguments += shard.generation.window, self._budget
            arguments += great.begins_at, great.ends_at
            for position, operation in operations:
                if position > checkpoint.position:
                    arguments += operation
            moved, position, place = cast(
                "tuple[int, int, int]", self._apply(keys=[shard.checkpoint_key], args=arguments)
            )
            reached = Checkpoint(position, place)
            if not moved:
                return reached
            assert reached > checkpoint, "every call must move the checkpoint forward"
            checkpoint = reached
            if checkpoint.position == last:
                break
            if between is not None:
                between()
        return checkpoint
