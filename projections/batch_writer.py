"""Applies batches of the log to shards: one call after another, or the first of many together."""

import time
from collections.abc import Callable, Sequence

from redis import Redis
from redis.client import Pipeline
from redis.exceptions import NoScriptError

from projections.batch import Batch
from projections.log.entry import Entry
from projections.pace import pace_of
from projections.projection import Projection
from projections.scripts import load_script
from projections.shards import Checkpoint, Shard

CALLS_MAX = 25
"""Calls in a row for one shard, so that no shard keeps a worker from the others for long."""

CALLS_TOGETHER_MAX = 32
"""In one round trip: even a call that has nothing to do takes Redis some 20 microseconds."""

Between = Callable[[], object]
"""Called between two calls of a script; a worker's chance to say that it is alive."""


class BatchWriter:
    """Applies batches of the log to the shards of one projection.

    `budget`: how many deliveries one call may do, however long that takes.
    """

    def __init__(self, redis: Redis, projection: Projection, *, budget: int | None = None) -> None:
        self._projection = projection
        self._pace = pace_of(budget)
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

        If the shard stands elsewhere than at `checkpoint`, somebody else is at it: nothing is
        applied and its real checkpoint is returned. Raises UnreadableEvent before anything is
        written.
        """
        batch = self.begin(shard, checkpoint, entries)
        self.finish(batch, between)
        return batch.checkpoint

    def begin(self, shard: Shard, checkpoint: Checkpoint, entries: Sequence[Entry]) -> Batch:
        """A batch of which nothing is applied yet. Raises UnreadableEvent."""
        return Batch(self._projection, shard, checkpoint, entries)

    def finish(self, batch: Batch, between: Between | None = None) -> None:
        """Makes the calls that are left.

        One call of the script does a bounded amount of work, so a batch may take several, and
        what CALLS_MAX do not finish is left for next time.
        """
        for _ in range(CALLS_MAX):
            if batch.is_over:
                break
            arguments, begun = batch.arguments(self._pace.deliveries), time.perf_counter()
            answer = self._apply(keys=[batch.shard.checkpoint_key], args=arguments)
            seconds = time.perf_counter() - begun
            batch.take(answer)
            if batch.is_over:
                self._pace.came_through()
                break
            self._pace.took(seconds)
            if between is not None:
                between()

    def send(self, pipe: Pipeline, batch: Batch, *, sharing: int) -> None:
        """Puts the next call into a pipeline whose calls, so many, share what one alone may do."""
        arguments = batch.arguments(max(1, self._pace.at_most // sharing))
        pipe.evalsha(self._apply.sha, 1, batch.shard.checkpoint_key, *arguments)


def make_first_calls(redis: Redis, begun: Sequence[tuple[BatchWriter, Batch]]) -> None:
    """Makes the first call of each batch, in this order, many in one round trip.

    Redis takes the calls of a round trip without serving anybody in between, so all of them do as
    much as one call alone may do. Where the script is not loaded, the call is left to `finish`.
    Raises RedisError.
    """
    calls = [(writer, batch) for writer, batch in begun if not batch.is_over]
    for first in range(0, len(calls), CALLS_TOGETHER_MAX):
        _call_together(redis, calls[first : first + CALLS_TOGETHER_MAX])


def _call_together(redis: Redis, calls: Sequence[tuple[BatchWriter, Batch]]) -> None:
    with redis.pipeline(transaction=False) as pipe:
        for writer, batch in calls:
            writer.send(pipe, batch, sharing=len(calls))
        answers = pipe.execute(raise_on_error=False)
    for (_, batch), answer in zip(calls, answers, strict=True):
        if isinstance(answer, NoScriptError):
            continue
        if isinstance(answer, Exception):
            raise answer
        batch.take(answer)
