"""Which history a reader sees, and the word to everyone who remembers something of it."""

import logging
from collections.abc import Callable

logger = logging.getLogger(__name__)

Forget = Callable[[], object]


class HistoryInSight:
    """The epoch as it was last seen, by whoever saw it first: the watch, or a read itself.

    When another one comes, everything that was remembered of the old history is forgotten at once:
    positions and numbers mean something else from then on. One event loop uses it.
    """

    def __init__(self) -> None:
        self.epoch = ""
        self.changes = 0
        """How often the history has been replaced: what began before such a change is void."""
        self._last_known = ""
        self._forget: list[Forget] = []

    def on_change(self, forget: Forget) -> None:
        """`forget` is called whenever another history comes into sight."""
        self._forget.append(forget)

    def see(self, epoch: str) -> None:
        """What a look has just found; "" while Redis carries no epoch (yet)."""
        self.epoch = epoch
        if not epoch or epoch == self._last_known:
            return
        if self._last_known:
            logger.warning("the history was replaced: epoch %s, was %s", epoch, self._last_known)
            self.changes += 1
            for forget in self._forget:
                forget()
        self._last_known = epoch
