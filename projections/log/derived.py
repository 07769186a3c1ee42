"""What the relay has to know of, and do to, all that is derived from the log."""

from typing import Protocol


class Derived(Protocol):
    """Every read model in Redis, as one."""

    def slowest_position(self) -> int:
        """Up to where all that is read has applied the log."""
        ...

    def furthest_position(self) -> int:
        """The newest position that anything which is read has applied."""
        ...

    def begin_history(self, carried: str, epoch: str, release: int) -> bool:
        """Puts away stream and read models of the epoch `carried`, and begins anew for `epoch`.

        At one instant. False if the epoch that Redis carries is another by now: nothing is
        changed then.
        """
        ...

    def remove_lost(self) -> bool:
        """Removes a bounded part of what was put away; returns whether there is more of it."""
        ...
