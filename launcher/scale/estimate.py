"""What a network of some size will need, before anything is begun: the arithmetic, shown.

The constants were taken from runs of this very command with 1,500,000 and 15,000,000 follows, and
rounded up: what it says of larger networks is reckoned from them in proportion, not measured.
"""

from dataclasses import dataclass

from launcher.errors import LaunchError
from launcher.scale.sizes import Sizes

GIB = 1 << 30

VALKEY_BYTES_PERSON = 1_500
"""Profile, ids and the keys of windows."""
VALKEY_BYTES_FOLLOW = 11
VALKEY_BYTES_POST = 350
VALKEY_BYTES_ENTRY = 7

REBUILD_BYTES_FOLLOW = 300
REBUILD_BYTES_POST = 600
PROCESSES_BYTES = 2 * GIB
"""Our processes at rest, Postgres' shared buffers, and what the machine itself needs."""

STORE_BYTES_EVENT = 280
TABLE_BYTES_EVENT = 320
WAL_BYTES = 2 * GIB
"""Postgres keeps about so much of its journal between checkpoints."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Bytes."""

    valkey: int
    rebuild: int
    disk: int

    @property
    def memory(self) -> int:
        """At the worst moment: the feeds are loaded, and the rebuild verifies them."""
        return self.valkey + self.rebuild + PROCESSES_BYTES

    def refuse_if_too_large(self, *, memory_free: int, disk_free: int) -> None:
        """Raises LaunchError with the arithmetic."""
        for what, needed, free, sum_ in (
            ("memory", self.memory, memory_free, self.memory_sum),
            ("disk", self.disk, disk_free, "event store, tables, Valkey's append-only file"),
        ):
            if needed > free:
                raise LaunchError(
                    f"this needs about {needed / GIB:.1f} GiB of {what} ({sum_}), and "
                    f"{free / GIB:.1f} GiB are free: take fewer --follows or --people, or say "
                    "--anyway"
                )

    @property
    def memory_sum(self) -> str:
        """What the memory is for."""
        return (
            f"Valkey {self.valkey / GIB:.1f}, a rebuild with its verification "
            f"{self.rebuild / GIB:.1f}, Postgres and the rest {PROCESSES_BYTES / GIB:.1f}"
        )


def estimate(sizes: Sizes, window: int) -> Estimate:
    """Of a network of these sizes. A feed holds what the followed write, `window` at most."""
    events = 2 * sizes.people + sizes.follows + sizes.posts
    entries = sizes.people * min(window, sizes.posts)
    valkey = (
        VALKEY_BYTES_PERSON * sizes.people
        + VALKEY_BYTES_FOLLOW * sizes.follows
        + VALKEY_BYTES_POST * sizes.posts
        + VALKEY_BYTES_ENTRY * entries
    )
    return Estimate(
        valkey=valkey,
        rebuild=REBUILD_BYTES_FOLLOW * sizes.follows + REBUILD_BYTES_POST * sizes.posts,
        disk=(STORE_BYTES_EVENT + TABLE_BYTES_EVENT) * events + WAL_BYTES + 2 * valkey,
    )
