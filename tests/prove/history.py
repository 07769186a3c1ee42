"""One history of the campaign from its first event to its last check."""

import traceback
from collections.abc import Callable

from redis.exceptions import ConnectionError as RedisConnectionError

from domain.events import Followed, Unfollowed
from projections.home_feed.keys import HOME_FEED
from tests.prove import paths
from tests.prove.damage import Damage
from tests.prove.feeding import Worker, drain, see
from tests.prove.moments import paths_of_history
from tests.prove.plan import ON_POSTGRES_EVERY, plan_of, rng_of
from tests.prove.properties.following import (
    a_follow_undone_leaves_the_feed_as_it_was_above_its_horizon,
)
from tests.prove.reading import Readers
from tests.prove.real_store import RealStore
from tests.prove.registry import AT_THE_END, ON_POSTGRES
from tests.prove.run import Bench, Differs, Run, projections_of
from tests.prove.takeover import Takeover
from tests.prove.tally import Difference, Tally
from tests.prove.turns import Turns

BEGINS_BEFORE_THE_LOG = 0.8
"""With this probability shards are there before anything has happened; others are filled."""

STEPS_MAX = 60

BETWEEN_PROBABILITY = 0.1
INSIDE_PROBABILITY = 0.5
DEATH_PROBABILITY = 0.3

DIED = "worker died between two calls"

ACCOUNT_LINES_MAX = 200


def prove_one(bench: Bench, seed: int, number: int) -> Tally:
    """Lives through the history of this number, and tells what it did and found."""
    rng, tally = rng_of(seed, number), Tally(histories=1)
    run = Run(bench, number, rng, plan_of(rng), tally)
    tally.events = len(run.entries)
    try:
        _Life(run).live()
        if number % ON_POSTGRES_EVERY == ON_POSTGRES_EVERY - 1:
            tally.on_postgres = 1
            with RealStore(run) as store:
                for claim in ON_POSTGRES:
                    run.hold(claim, store)
    except Differs as error:
        _note(run, error.property, error.message)
    except Exception as error:  # noqa: BLE001 - whatever goes wrong is what we look for
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{last.filename.rpartition('/')[2]}:{last.lineno}"
        _note(run, "nothing else goes wrong", f"{type(error).__name__}: {error} ({where})")
    return tally


def _note(run: Run, claim: str, message: str) -> None:
    account = [f"{e.position} {e.topic} {e.state.decode()}" for e in run.entries]
    account += [f"window {run.plan.window}, shards {run.plan.shards}, budget {run.plan.budget}"]
    account += [f"{run.plan.great}"]
    account += run.account[-ACCOUNT_LINES_MAX:]
    run.tally.differences.append(Difference(run.number, claim, message, account))
    run.tally.differences_found += 1


class _Life:
    """The schedule: at every step one of those at work does something."""

    def __init__(self, run: Run) -> None:
        self._run = run
        run.bench.redis.flushall()
        for name in projections_of(run.plan):
            generation = run.bench.generations.ensure_active(
                name, shards=run.plan.shards, window=run.plan.window, great=run.plan.great
            )
            if run.rng.random() < BEGINS_BEFORE_THE_LOG:
                run.bench.generations.begin(generation.all_shards())
        self._workers = [Worker(run, self._between) for _ in range(run.plan.workers)]
        self._readers = Readers(run)
        self._takeover = Takeover(run, self._readers)
        self._damage = Damage(run)
        self._turns = Turns(run, self._workers)
        self._inside = False
        self._coda = _coda(run)
        """So many entries at the end of the log are a follow and its undoing."""

    def live(self) -> None:
        """All of it. Raises Differs."""
        run = self._run
        model = run.model(run.active())
        run.tally.paths += paths_of_history(run.entries, model, run.rule)
        deeds, weights = zip(*self._deeds().items(), strict=True)
        end = len(run.entries) - self._coda
        for _ in range(STEPS_MAX):
            if run.out < end and run.rng.random() < 0.5:
                run.out = min(end, run.out + run.rng.randint(1, 12))
            run.rng.choices(deeds, weights)[0]()
        run.out = end
        self._arrive()
        if self._coda:
            self._follow_and_unfollow()
        for claim in AT_THE_END:
            run.hold(claim)

    def _deeds(self) -> dict[Callable[[], None], float]:
        plan = self._run.plan
        return {
            self._feed: 10.0,
            self._zombie: 1.5,
            self._share: 1.0,
            self._read: 1.5,
            self._replace: 4.0 if plan.is_replaced else 0.0,
            self._go_back: 0.6 if plan.is_replaced else 0.0,
            self._takeover.time_passes: 0.6 if plan.is_replaced else 0.0,
            self._turns.step: 3.0 if plan.cools else 0.0,
            self._turns.finish: 1.0 if plan.cools else 0.0,
            self._vanish: 0.05,
            self._damage_something: 0.4 if plan.is_verified else 0.0,
        }

    def _arrive(self) -> None:
        run = self._run
        if self._takeover.is_under_way:
            self._takeover.time_passes()
            self._takeover.finish()
        self._takeover.time_passes()
        if run.plan.is_verified and run.rng.random() < 0.5:
            self._damage_something()
        drain(run)
        if run.plan.is_verified:
            self._damage.verify_sound()
            self._damage_something()
            drain(run)

    def _feed(self) -> None:
        self._run.rng.choice(self._workers).step()

    def _share(self) -> None:
        self._run.rng.choice(self._workers).take_share()

    def _between(self) -> None:
        """Between two calls of one worker others may do something, and the worker may die."""
        run, is_inside = self._run, self._run.network.is_inside
        probability = INSIDE_PROBABILITY if is_inside else BETWEEN_PROBABILITY
        if self._inside or run.rng.random() > probability:
            return
        self._inside = True
        deeds = [self._feed, self._zombie, self._read] + [self._turns.step] * run.plan.cools
        if self._takeover.is_under_way:
            deeds += [self._replace] + [self._takeover.try_to_switch] * (12 if is_inside else 2)
        run.tally.paths[paths.BETWEEN_CALLS] += 1
        run.rng.choice(deeds)()
        self._inside = False
        if run.plan.faults and run.rng.random() < DEATH_PROBABILITY:
            run.tally.faults[DIED] += 1
            raise RedisConnectionError(DIED)

    def _read(self) -> None:
        self._readers.read_through(self._feed_or_not)

    def _feed_or_not(self) -> None:
        if self._run.rng.random() < 0.6:
            self._run.out = min(len(self._run.entries) - self._coda, self._run.out + 2)
            self._feed()

    def _zombie(self) -> None:
        """Some call that was made once is made again, by somebody who was away for long."""
        run, taken = self._run, self._run.tally.paths
        if not run.network.made:
            return
        call = run.rng.choice(run.network.made)
        projection = call.keys[0].removeprefix("{").partition(":")[0]
        shards = {
            shard.checkpoint_key: shard
            for listed in run.bench.generations.listed(projection)
            for shard in listed.generation.all_shards()
        }
        shard = shards.get(call.keys[0])
        if shard is None:
            return  # its generation was dropped
        taken[paths.ZOMBIE] += 1
        taken[paths.ZOMBIE_INSIDE] += call.expected.place > 0
        taken[paths.ZOMBIE_AT_REST] += shard.generation != run.active(projection)
        was_carried_out = call.was_carried_out
        moved, _ = call.make()
        run.tell(f"zombie {shard} {call.expected}: {moved}")
        # One that was lost, or refused by a hold, is only late.
        assert not (moved and was_carried_out) or shard in run.disturbed, f"{shard} took it twice"
        see(run, shard)

    def _replace(self) -> None:
        if not self._takeover.is_done:
            self._takeover.step()

    def _go_back(self) -> None:
        if self._takeover.is_done:
            self._takeover.begin_to_go_back()

    def _vanish(self) -> None:
        """Redis loses a shard, checkpoint and all: it is filled again from the beginning."""
        run = self._run
        if self._takeover.is_under_way:
            return
        shard = run.rng.choice(run.active().all_shards())
        run.tell(f"{shard} vanishes")
        run.bench.redis.delete(shard.checkpoint_key, *run.bench.redis.keys(f"{shard.tag}*"))
        run.tally.paths[paths.REFILLED] += 1
        run.moved_back(shard)

    def _damage_something(self) -> None:
        generations = self._run.bench.generations.listed(HOME_FEED)
        if len(generations) == 1 and self._run.out:
            self._takeover.time_passes()  # a hold would keep a feed in the middle of its turn
            self._run.rng.choice([
                self._damage.corrupt_and_repair,
                self._damage.corrupt_and_repair,
                self._damage.move_a_checkpoint,
            ])()  # fmt: skip
            self._readers.forget()

    def _follow_and_unfollow(self) -> None:
        run = self._run
        shards = run.active().all_shards()
        before = {shard: run.look(shard) for shard in shards}
        run.out += self._coda
        drain(run)
        body = run.entries[-1].body
        assert isinstance(body, Unfollowed)
        after = {shard: run.look(shard) for shard in shards}
        run.hold(
            a_follow_undone_leaves_the_feed_as_it_was_above_its_horizon,
            body.follower, before, after,
        )  # fmt: skip


def _coda(run: Run) -> int:
    last = [entry.body for entry in run.entries[-2:]]
    match last:
        case [Followed(follower=a, followee=b), Unfollowed(follower=c, followee=d)] if (a, b) == (
            c,
            d,
        ):
            return 2
        case _:
            return 0
