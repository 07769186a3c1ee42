"""A history in which some events cannot be read: left out by policy, some brought back later."""

import random
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from domain.events import EventBody
from projections.batch_writer import BatchWriter
from projections.catalogue import PROJECTIONS
from projections.history.events import read_events
from projections.history.loader import Loader
from projections.log.entry import Entry
from projections.log.quarantine import Quarantine
from projections.projection import Projection
from projections.shards import Checkpoint, Generation, Shard
from tests.convergence.poisons import SPOILS, left_of
from tests.prove import paths
from tests.prove.run import Run, projections_of

if TYPE_CHECKING:
    from tests.prove.real_store import RealStore

BULK = 1_000
"""Added to a generation's number: the same, built in bulk."""

SPOILED_MAX = 8
BATCH_MAX = 30


class Poisoned:
    """The store, emptied and filled again; generations that know the retries up to some number."""

    def __init__(self, run: Run, real: "RealStore") -> None:
        self._run = run
        self._real = real
        self._budget = run.plan.budget
        self._checkpoints: dict[Shard, Checkpoint] = {}
        self._spoiled = _spoiled(run.rng, run.entries)
        self.generations: list[Generation] = []
        run.bench.redis.flushall()
        real.empty()
        self._begin_generations(release=0)

    @property
    def written(self) -> list[Entry]:
        """The log as far as it goes, as it was before anything was spoiled."""
        return self._run.entries[: self._real.holds]

    def left(self, generation: Generation) -> list[Entry]:
        """What of it counts for a generation, once all of it has been met."""
        return left_of(self.written, self.out(generation))

    def out(self, generation: Generation) -> set[int]:
        """What it leaves out itself."""
        with self._quarantine() as quarantine:
            return {
                one.position
                for one in quarantine.events()
                if one.is_left_out_by(generation.release)
            }

    def write(self, count: int) -> None:
        """Appends the next entries, some of them spoiled."""
        before = self._real.holds
        self._real.write(count)
        new = self._run.entries[before : self._real.holds]
        self._real.rewrite([self._spoiled.get(entry.position, entry) for entry in new])

    def is_begun(self, generation: Generation) -> bool:
        """Whether each of its shards has a checkpoint."""
        shards = generation.all_shards()
        return all(self._run.bench.redis.exists(shard.checkpoint_key) for shard in shards)

    def take_some(self, generation: Generation) -> None:
        """Each of its shards takes a batch, or none, from where it is."""
        with self._quarantine() as quarantine:
            for shard in generation.all_shards():
                if self._run.rng.random() < 0.7:
                    self._take(shard, quarantine)

    def take_all(self, generation: Generation) -> None:
        """All of its shards come to the head."""
        head = Checkpoint(self.written[-1].position)
        with self._quarantine() as quarantine:
            for shard in generation.all_shards():
                while self._checkpoints.get(shard, Checkpoint()) != head:
                    self._take(shard, quarantine)

    def build(self, generation: Generation) -> Generation:
        """The same generation, made in bulk from the log as far as it goes."""
        bulk = replace(generation, number=BULK + generation.number)
        redis, head = self._run.bench.redis, self.written[-1].position
        redis.delete("-", *redis.keys(f"{{{bulk.projection}:{bulk.number}:*"))
        with self._quarantine() as quarantine, Loader(redis) as loader:

            def body_of(position: int, aggregate: bytes, topic: str, state: bytes) -> EventBody:
                return quarantine.body(position, aggregate, topic, state, bulk.release)

            def nothing_is_left_out() -> bool:
                return not quarantine.gaps(bulk.release).positions

            events = read_events(self._real.url, 0, head, body_of, nothing_is_left_out)
            _projection(bulk.projection).build(bulk, events, loader)
        return bulk

    def retry(self) -> None:
        """Some of what is in quarantine can be read by now: new generations have it again."""
        with self._quarantine() as quarantine:
            held = [one.position for one in quarantine.events() if one.released is None]
            back = [position for position in held if self._run.rng.random() < 0.6]
            for position in back:
                del self._spoiled[position]
            self._real.rewrite([entry for entry in self.written if entry.position in back])
            quarantine.give_back(back)
            self._begin_generations(quarantine.release_number())
        self._run.tally.paths[paths.POISON_BACK] += len(back)
        self._run.tell(f"retried {held}, and {back} came back")

    def _begin_generations(self, release: int) -> None:
        plan, number = self._run.plan, release + 1
        begun = [
            Generation(name, number, plan.shards, plan.window, release, plan.great)
            for name in projections_of(plan)
        ]
        self.generations += [one for one in begun if one not in self.generations]

    def _take(self, shard: Shard, quarantine: Quarantine) -> None:
        checkpoint = self._checkpoints.get(shard, Checkpoint())
        batch = self._real.store.read_after(
            checkpoint.position, self._run.rng.randint(1, BATCH_MAX)
        )
        entries = quarantine.read(batch, shard.generation.release)
        assert len(entries) == len(batch), f"{shard} waits: {quarantine.poison}"
        if not entries:
            return
        writer = BatchWriter(
            self._run.bench.redis, _projection(shard.generation.projection), budget=self._budget
        )
        self._checkpoints[shard] = writer.apply(shard, checkpoint, entries)
        taken, gaps = self._run.tally.paths, quarantine.gaps(shard.generation.release)
        taken[paths.POISON_NAMED] += any(
            entry.is_left_out and entry.position not in gaps.positions for entry in entries
        )
        taken[paths.POISON_LEFT_OUT] += any(entry.is_left_out for entry in entries)
        taken[paths.POISON_TORN] += any(entry.is_torn for entry in entries)

    def _quarantine(self) -> "closing[Quarantine]":
        """As somebody who has just started, with the policy to leave out, knows it."""
        return closing(Quarantine(self._real.url, "quarantine"))


def _projection(name: str) -> Projection:
    [found] = [one for one in PROJECTIONS if one.name == name]
    return found


def _spoiled(rng: random.Random, entries: Sequence[Entry]) -> dict[int, Entry]:
    chosen = rng.sample(entries, min(len(entries), rng.randint(1, SPOILED_MAX)))
    return {entry.position: rng.choice(SPOILS)(entry) for entry in chosen}
