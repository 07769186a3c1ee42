"""The newest moment that readers have been shown: no store may lead them behind it."""

from dataclasses import dataclass

from query_api.freshness import Freshness


@dataclass(slots=True)
class Shown:
    """The highest position that was answered with, of one history. Another one begins anew."""

    epoch: str = ""
    position: int = 0

    def add(self, fresh: Freshness) -> None:
        """An answer as of this was given."""
        if fresh.epoch == self.epoch:
            self.position = max(self.position, fresh.as_of)
        else:
            self.epoch, self.position = fresh.epoch, fresh.as_of

    def is_above(self, epoch: str, position: int) -> bool:
        """Whether an answer as of this position would lead readers back."""
        return epoch == self.epoch and position < self.position
