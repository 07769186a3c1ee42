"""Damages a read model, and lets verification find and mend it, while shards stand or move on."""

import random
from collections.abc import Sequence
from typing import Any

from projections.home_feed.keys import HOME_FEED
from projections.shards import Checkpoint, Generation, Shard
from projections.verify.findings import Difference, Findings, What
from projections.verify.inspection import Inspection, Sample
from projections.verify.items import Write
from tests.convergence.contents import contents
from tests.integration.corruptions import (
    COLD,
    CORRUPTIONS,
    Corrupt,
    add_a_foreign_entry,
    keep_a_fact_of_nobody,
    put_a_list_into_another_shard,
)
from tests.prove import paths
from tests.prove.feeding import Worker, see, settle
from tests.prove.properties.mending import (
    a_repair_never_meets_a_shard_that_moved,
    one_repair_is_enough,
    what_is_damaged_is_found,
    what_is_found_is_mended,
    what_is_sound_is_found_sound,
)
from tests.prove.run import Run, projections_of
from tests.prove.truth_from_log import IdentitiesFromLog, TruthFromLog


def leave_a_stray_key(redis: Any, name: str, rng: random.Random) -> None:
    tag, brace, _ = rng.choice(sorted(redis.keys(f"{{{name}:*"))).partition(b"}")
    redis.set(tag + brace + b"what", "1")


NEED_TWO_SHARDS: Sequence[Corrupt] = (put_a_list_into_another_shard, keep_a_fact_of_nobody)
RUNS_MAX = 6


class Damage:
    """Done to the active generations of one history, of which nobody builds another just now."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._truth = TruthFromLog(run.written)
        self._identities = IdentitiesFromLog(run.written, self._truth)

    def verify_sound(self) -> None:
        """Nothing is wrong, and nothing is found."""
        for name in projections_of(self._run.plan):
            generation = self._settled(name)
            self._run.hold(what_is_sound_is_found_sound, self._inspect(generation))

    def corrupt_and_repair(self) -> None:
        """One corruption of the stock of `tests.integration.corruptions`."""
        run = self._run
        name = run.rng.choice(projections_of(run.plan))
        generation = self._settled(name)
        corrupt = run.rng.choice(
            [one for of, one in CORRUPTIONS if of == name]
            + [leave_a_stray_key]
            + [one for one in COLD if name == HOME_FEED and run.plan.cools]
        )
        if corrupt in NEED_TWO_SHARDS and (generation.shards, generation.number) != (2, 1):
            return
        sound = contents(run.bench.redis, generation)
        try:
            corrupt(run.bench.redis, name, run.rng)
        except IndexError:
            return  # there is nothing yet that this could be done to
        run.tell(f"{corrupt.__name__} in {generation}")
        run.tally.faults[f"corruption: {corrupt.__name__}"] += 1
        moves = name == HOME_FEED and corrupt is not add_a_foreign_entry and run.rng.random() < 0.7
        found = self._inspect(generation, repair=True, moves=moves)
        run.hold(what_is_damaged_is_found, found)
        if moves:
            self._until_clean(generation)
        else:
            run.hold(what_is_found_is_mended, self._inspect(generation), generation, sound)
        self._see_all(generation)

    def move_a_checkpoint(self) -> None:
        """Back, forth, or to where there is no event; then everything is as of there."""
        run = self._run
        generation = self._settled(run.rng.choice(projections_of(run.plan)))
        shard = run.rng.choice(generation.all_shards())
        anywhere = run.rng.choice(run.written()).position
        to = run.rng.choice([anywhere, anywhere, anywhere + 1, run.head + 5, 1_000_000, run.head])
        place = 3 if to == run.head else 0
        values: Any = {"position": to, "place": place}
        before = run.bench.generations.checkpoints([shard])[shard]
        if Checkpoint(to, place) == before:
            return
        run.bench.redis.hset(shard.checkpoint_key, mapping=values)
        run.tell(f"moved {shard} from {before} to {values}")
        run.tally.faults["checkpoint moved"] += 1
        run.moved_back(shard)
        named = {entry.position for entry in run.written()}
        if to not in named or place:
            found = self._inspect(generation, repair=True)
            run.hold(what_is_damaged_is_found, found)
        run.hold(one_repair_is_enough, self._until_clean(generation))
        self._see_all(generation)

    def _settled(self, name: str) -> Generation:
        generation = self._run.active(name)
        settle(self._run, generation)
        return generation

    def _inspect(
        self, generation: Generation, *, repair: bool = False, moves: bool = False
    ) -> Findings:
        run = self._run
        inspection = Inspection(
            run.bench.redis, generation, self._truth, self._identities, repair=repair
        )
        if moves:
            self._move_meanwhile(inspection)
        findings = inspection.inspect(Sample())
        for difference in findings.differences:
            run.tally.paths[paths.EXACT] += difference.item in {"feed", "author window"}
            run.tally.paths[paths.REPAIR_CHECKPOINT] += difference.what == What.CHECKPOINT
            run.tally.paths[paths.REPAIR_STRAY] += difference.item.startswith("key ")
        return findings

    def _move_meanwhile(self, inspection: Inspection) -> None:
        """Lets holds run out, and shards move on, between a comparison and its repair."""
        run, mending = self._run, inspection._mending
        assert mending is not None
        write, worker = mending.write, Worker(run, lambda: None)

        def moved_then_write(
            shard: Shard, position: int, turns: int, writes: Sequence[Write]
        ) -> bool:
            if run.rng.random() < 0.7 and run.head > position:
                run.bench.redis.hset(shard.checkpoint_key, "held_until", 1)
                self._move(worker, shard)
            stands = run.bench.generations.checkpoints([shard])[shard]
            done = write(shard, position, turns, writes)
            run.hold(a_repair_never_meets_a_shard_that_moved, position, stands, done)
            run.tally.paths[paths.REPAIR_MOVED] += not done
            return done

        mending.write = moved_then_write  # pyright: ignore[reportAttributeAccessIssue]

    def _move(self, worker: Worker, shard: Shard) -> None:
        """What stands there is wrong, so nothing can be said of it until it is mended."""
        run = self._run
        faults, run.network.faults = run.network.faults, 0.0
        checkpoint = run.bench.generations.checkpoints([shard])[shard]
        first = run.index_after(checkpoint.position)
        entries = run.entries[first : min(run.out, first + run.rng.randint(1, 4))]
        while entries and checkpoint.position < entries[-1].position:
            before, checkpoint = checkpoint, worker.writer(shard).apply(shard, checkpoint, entries)
            assert checkpoint > before, f"{shard} does not move on"
        run.network.faults = faults

    def _until_clean(self, generation: Generation) -> int:
        """Runs with repair until one finds nothing, and returns how many found something.

        More than one does if shards moved on: each mends what the damage has spread to.
        """
        differences: list[Difference] = []
        for repairs in range(RUNS_MAX):
            differences = self._inspect(generation, repair=True).differences
            if not differences:
                return repairs
        raise AssertionError(f"{RUNS_MAX} repairs of {generation} and still {differences}")

    def _see_all(self, generation: Generation) -> None:
        for shard in generation.all_shards():
            see(self._run, shard)
