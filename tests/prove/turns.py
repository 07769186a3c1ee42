"""Feeds that go cold and warm whenever somebody wants it: beside everything else that happens."""

from collections.abc import Callable, Sequence
from typing import Any

from redis.exceptions import ConnectionError as RedisConnectionError

from projections.home_feed.keys import HOME_FEED
from projections.home_feed.turning import Turned, Turning
from projections.shards import Shard
from tests.prove import paths
from tests.prove.feeding import Worker, see
from tests.prove.properties.cold import a_turn_changes_nothing_that_is_read
from tests.prove.run import Run

DEATH_PROBABILITY = 0.3
FED_IN_THE_MIDDLE_PROBABILITY = 0.5
DIED = "turn left in the middle"


class Turns:
    """Somebody who lets feeds go cold, and somebody who reads them again; both may die."""

    def __init__(self, run: Run, workers: Sequence[Worker]) -> None:
        """`workers` feed the shards, and know nothing of a turn."""
        self._run = run
        self._workers = workers
        self._turning = Turning(run.bench.redis, budget=run.plan.budget)
        self._script = self._turning._turn
        self._turning._turn = self._call  # pyright: ignore[reportAttributeAccessIssue]

    def step(self) -> None:
        """Some feeds of a shard of any generation."""
        run = self._run
        listed = run.bench.generations.listed(HOME_FEED)
        generation = run.rng.choice(listed).generation
        shard = run.rng.choice(generation.all_shards())
        people = [one for one in run.people if generation.shard_of(one) == shard]
        if people:
            some = run.rng.sample(people, run.rng.randint(1, len(people)))
            turn = run.rng.choice([self._turning.cool, self._turning.warm])
            self._turn(shard, some, turn)

    def finish(self) -> None:
        """What somebody left in the middle, as the projectors that have the shards do."""
        run = self._run
        shards = run.active().all_shards()
        run.tally.paths[paths.TURN_FINISHED] += sum(run.look(shard).turning > 0 for shard in shards)
        Turning(run.bench.redis, budget=run.plan.budget).finish(shards)

    def _turn(
        self, shard: Shard, people: list[int], turn: Callable[[Shard, list[int]], Turned]
    ) -> None:
        run = self._run
        before = run.look(shard)
        try:
            turned = turn(shard, people)
        except RedisConnectionError:
            run.tally.faults[DIED] += 1
        else:
            run.tally.paths[paths.WENT_COLD] += turned.cold
            run.tally.paths[paths.BUILT_AGAIN_COLD] += turned.warm
        after = run.look(shard)
        run.tally.paths[paths.TURN_LEFT] += after.turning > 0
        run.tell(f"{turn.__name__} {people} in {shard}: {before.warmth} became {after.warmth}")
        run.hold(a_turn_changes_nothing_that_is_read, before, after)
        see(run, shard)
        if after.turning > 0 and run.rng.random() < FED_IN_THE_MIDDLE_PROBABILITY:
            run.rng.choice(self._workers).feed(shard, run.rng.randint(1, 12))

    def _call(self, keys: list[str], args: list[Any]) -> object:
        answer = self._script(keys=keys, args=args)
        if self._run.plan.faults and self._run.rng.random() < DEATH_PROBABILITY:
            raise RedisConnectionError(DIED)
        return answer
