"""A new generation: built in bulk while the log grows, fed beside the old one, switched to."""

from typing import Any, cast

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from projections.errors import GenerationRefused
from projections.generations import Switched
from projections.history.loader import Loader
from projections.home_feed.apply import PROJECTION
from projections.home_feed.keys import HOME_FEED
from projections.log.entry import Entry
from projections.log.gaps import Gaps
from projections.log.quarantine import Quarantine
from projections.rebuild.catch_up import CatchUp
from projections.shards import FOREVER, Generation
from tests.prove import paths
from tests.prove.feeding import see
from tests.prove.moments import paths_of_build
from tests.prove.plan import greatness_of
from tests.prove.properties.switching import (
    a_switch_changes_no_window,
    a_switch_is_done_exactly_when_no_reader_would_go_back,
)
from tests.prove.reading import Readers
from tests.prove.run import Run

HOLD_MS = 600_000
"""Longer than any history takes: a hold runs out when the schedule says so."""

STEPS_MAX = 500
ROUNDS_TO_COME_LEVEL = 4


class WrittenLog:
    """Stands in for the event store: hands out what has been written, a little at a time."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.until: int | None = None
        """Nothing above this position is handed out; None: everything."""

    def read_after(self, position: int, limit: int) -> list[Entry]:
        first = self._run.index_after(position)
        count = min(limit, self._run.rng.randint(1, 25))
        entries = self._run.entries[first : min(self._run.out, first + count)]
        return [e for e in entries if self.until is None or e.position <= self.until]


class NothingInQuarantine(Quarantine):
    """Of a log that stands in no store."""

    def gaps(self, release: int) -> Gaps:  # noqa: ARG002
        return Gaps(frozenset(), frozenset())


class Takeover:
    """What `rebuild` does, step by step, so that anything can happen in between."""

    def __init__(self, run: Run, readers: Readers) -> None:
        self._run = run
        self._readers = readers
        self._new: Generation | None = None
        self._is_back = False
        self.is_done = False

    @property
    def is_under_way(self) -> bool:
        """Whether there is more than one generation to care for."""
        return self._new is not None

    def step(self) -> None:
        """The next thing that a rebuild might do."""
        run = self._run
        if self._new is None:
            self._build()
        elif run.rng.random() < 0.3:
            self._try_switch()
        else:
            self._catch_up()

    def try_to_switch(self) -> None:
        """Whatever the others are in the middle of; often when the new one is just as far."""
        if self.is_under_way and self._run.rng.random() < 0.7:
            old = self._run.bench.generations.checkpoints(self._run.active().all_shards())
            self._log.until = max(checkpoint.position for checkpoint in old.values())
            for _ in range(ROUNDS_TO_COME_LEVEL):
                if self.is_under_way:
                    self._catch_up()
            self._log.until = None
        if self.is_under_way:
            self._try_switch()

    def time_passes(self) -> None:
        """A hold runs out."""
        run = self._run
        for shard in run.active().all_shards():
            held_until = run.look(shard).held_until
            if 1 < held_until < FOREVER:
                run.bench.redis.hset(shard.checkpoint_key, "held_until", 1)
                run.tally.paths[paths.HOLD_RAN_OUT] += 1

    def finish(self) -> None:
        """Until it is done."""
        for _ in range(STEPS_MAX):
            if self.is_done:
                return
            self.step()
        raise AssertionError(f"no switch in {STEPS_MAX} steps")

    def begin_to_go_back(self) -> None:
        """Wakes the old generation, to switch back to it.

        That is done long after the switch: whoever switched feeds the new generation on for
        longer than a reader goes without a look at the pointer. Not while the active one is being
        filled from nothing: how far it has been read is not known to it any more.
        """
        generations = self._run.bench.generations
        [old] = [
            one.generation
            for one in generations.listed(HOME_FEED)
            if one.generation != self._run.active()
        ]
        both = old.all_shards() + self._run.active().all_shards()
        if not all(self._run.look(shard).is_there for shard in both):
            return
        self._readers.look_at_the_pointer_again()
        generations.wake(old)
        self._new, self._is_back, self.is_done = old, True, False
        self._run.tell(f"woke generation {old.number}")
        self._connect(old)

    def _build(self) -> None:
        run, generations = self._run, self._run.bench.generations
        window = run.rng.choice([run.plan.window, 1, 3, 5])
        new = generations.announce(
            HOME_FEED, shards=run.rng.randint(1, 3), window=window, great=greatness_of(run.rng)
        )
        run.tell(f"build {new} up to {run.head}")
        with Loader(run.bench.redis) as loader:
            PROJECTION.build(new, run.copied(run.head), loader)
        generations.finish(new, run.head)
        run.tally.paths += paths_of_build(run.model(new), run.rule, run.head)
        self._new = new
        self._connect(new)
        self._see_all(new)

    def _connect(self, new: Generation) -> None:
        self._log = WrittenLog(self._run)
        self._catching_up = CatchUp(
            self._run.bench.redis, cast("Any", self._log), NothingInQuarantine(""), new
        )
        self._catching_up._writer = self._run.network.writer(PROJECTION, self._run.plan.budget)

    def _catch_up(self) -> None:
        assert self._new is not None
        self._run.tell(f"catch up {self._new.number}")
        try:
            self._catching_up.once()
        except RedisConnectionError:
            self._may_fail(self._new)
        else:
            self._see_all(self._new)

    def _may_fail(self, new: Generation) -> None:
        """A rebuild gives up when Redis is away; most of ours are more patient."""
        run = self._run
        if not self._is_back and run.rng.random() < 0.3:
            run.tell(f"drop {new.number}")
            run.bench.generations.drop(new, lambda _: None)
            run.tally.paths[paths.BUILT_AGAIN] += 1
            self._new = None

    def _try_switch(self) -> None:
        run, old = self._run, self._run.active()
        assert self._new is not None
        if run.rng.random() < 0.1:
            with pytest.raises(GenerationRefused):
                run.bench.generations.switch(self._new, old, hold_ms=HOLD_MS)
            run.tally.paths[paths.SWITCH_NOT_ACTIVE] += 1
        switched = self._switch(old, self._new)
        if not switched.done and run.rng.random() < 0.7:
            faults, run.network.faults = run.network.faults, 0.0
            self._catching_up.past(switched.ahead)
            run.network.faults = faults
            self._see_all(self._new)
            assert self._switch(old, self._new).done, "what is held did not stand still"

    def _switch(self, old: Generation, new: Generation) -> Switched:
        run, shards = self._run, old.all_shards() + new.all_shards()
        before = [run.look(shard) for shard in shards]
        switched = run.bench.generations.switch(old, new, hold_ms=HOLD_MS)
        run.look_at_the_registry_again()
        run.tell(f"switch {old.number} to {new.number}: {switched}")
        run.hold(
            a_switch_is_done_exactly_when_no_reader_would_go_back,
            before[: old.shards], before[old.shards :], switched,
        )  # fmt: skip
        run.hold(
            a_switch_changes_no_window, before, [run.look(shard) for shard in shards], switched
        )
        if switched.done:
            self.is_done, self._new = True, None
            run.tally.paths[paths.SWITCH_BACK if self._is_back else paths.SWITCH_DONE] += 1
        else:
            inside = switched.ahead.place > 0
            run.tally.paths[paths.SWITCH_INSIDE if inside else paths.SWITCH_BEHIND] += 1
        return switched

    def _see_all(self, generation: Generation) -> None:
        for shard in generation.all_shards():
            see(self._run, shard)
