"""What makes a projection: its name, the operations an event means to a shard, its script."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from projections.log.entry import Entry
from projections.shards import Generation, Shard

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
