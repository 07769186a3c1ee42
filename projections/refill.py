"""Shards that are filled from nothing, because Redis came back empty: when they may be read.

Such a shard stands far behind, and whoever read it before has seen far newer answers. The script
that applies the first batch marks it; who feeds it takes the mark away once it has come up to
where the log ended a moment before. From then on it may lag as any other.
"""

import logging
from collections.abc import Mapping

from projections.generations import Generations
from projections.log.errors import StoreUnreachable
from projections.log.reader import LogReader
from projections.shards import Checkpoint, Shard

logger = logging.getLogger(__name__)


class Refill:
    """Of one worker's shards."""

    def __init__(self, generations: Generations, log: LogReader) -> None:
        self._generations = generations
        self._log = log
        self._filling: set[Shard] = set()

    def look(self, checkpoints: Mapping[Shard, Checkpoint]) -> None:
        """Learns which of this worker's shards are being filled."""
        self._filling = self._generations.filling(checkpoints)

    def aim(self, checkpoints: Mapping[Shard, Checkpoint]) -> int | None:
        """Where the log ends now, if anything is being filled or about to be; None: no need."""
        self._filling |= {shard for shard, at in checkpoints.items() if not at.position}
        if not self._filling:
            return None
        try:
            return self._log.end()
        except StoreUnreachable as error:
            logger.info("how far a shard has to be filled is not known now: %s", error)
            return None

    def reached(self, aim: int | None, checkpoints: Mapping[Shard, Checkpoint]) -> None:
        """Lets those be read that have come as far."""
        if aim is None:
            return
        for shard, checkpoint in checkpoints.items():
            if shard in self._filling and checkpoint.position >= aim:
                if self._generations.let_read(shard, aim):
                    logger.info("%s is filled up to position %d, and read from now on", shard, aim)
                self._filling.discard(shard)
