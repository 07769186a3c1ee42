"""Workers that feed shards, each with its own idea of where they stand, right or wrong."""

from collections import Counter
from collections.abc import Callable

from redis.exceptions import ConnectionError as RedisConnectionError

from domain.events import Followed, Unfollowed
from projections.batch_writer import CALLS_MAX, BatchWriter
from projections.catalogue import PROJECTIONS
from projections.home_feed.keys import HOME_FEED
from projections.home_feed.turning import Turning
from projections.log.entry import Entry
from projections.shards import Checkpoint, Generation, Shard
from tests.prove import paths
from tests.prove.properties.windows import event_inside
from tests.prove.registry import AT_EVERY_LOOK
from tests.prove.run import Run, projections_of

FORGOT = "worker forgot everything"

OVERLAP_PROBABILITY = 0.2
BATCH_LENGTH_WEIGHTS = (1, 6, 3)

TURNS_MAX = 200
"""Of one worker that nobody disturbs, until a shard stands where it is to stand."""


class Worker:
    """One projector, as far as it matters: which generations it feeds, where it thinks they are."""

    def __init__(self, run: Run, between: Callable[[], object]) -> None:
        self._run = run
        self._between = between
        self._known: dict[Shard, Checkpoint] = {}
        self._believes: list[Generation] = []
        budget = run.plan.budget
        self._writers = {p.name: run.network.writer(p, budget) for p in PROJECTIONS}

    def writer(self, shard: Shard) -> BatchWriter:
        """What applies batches to such a shard."""
        return self._writers[shard.generation.projection]

    def take_share(self) -> None:
        """Looks which generations are active, and forgets where their shards were."""
        generations = self._run.bench.generations
        self._believes = generations.active(projections_of(self._run.plan))
        self._known = {}

    def step(self) -> None:
        """Feeds some shard, of a generation that may have been replaced meanwhile."""
        if not self._believes:
            self.take_share()
        rng = self._run.rng
        home, *facts = sorted(self._believes, key=lambda one: one.projection != HOME_FEED)
        generation = rng.choice(facts) if facts and rng.random() < 0.3 else home
        longest = rng.choices([60, 14, 2], BATCH_LENGTH_WEIGHTS)[0]
        self.feed(rng.choice(generation.all_shards()), rng.randint(1, longest))

    def feed(self, shard: Shard, count: int) -> None:
        """One batch of at most so many entries for one shard; then looks at what became of it."""
        run = self._run
        checkpoint = self._known.get(shard) or run.bench.generations.checkpoints([shard])[shard]
        entries = self._batch(checkpoint, count)
        if entries:
            run.tell(f"feed {shard} from {checkpoint} to {entries[-1].position}")
            self._apply(shard, checkpoint, entries)
            see(run, shard)

    def _batch(self, checkpoint: Checkpoint, count: int) -> list[Entry]:
        """What comes after the checkpoint; sometimes it begins earlier, as a retry would."""
        run = self._run
        first = run.index_after(checkpoint.position)
        last = min(run.out, first + count)
        if first >= last:
            return []
        if first and run.rng.random() < OVERLAP_PROBABILITY:
            run.tally.paths[paths.BATCH_OVERLAPS] += 1
            first = max(0, first - run.rng.randint(1, 6))
        return run.entries[first:last]

    def _apply(self, shard: Shard, checkpoint: Checkpoint, entries: list[Entry]) -> None:
        run = self._run
        made = len(run.network.made)

        try:
            reached = self.writer(shard).apply(shard, checkpoint, entries, self._between)
        except RedisConnectionError:
            if run.rng.random() < 0.5:
                run.tally.faults[FORGOT] += 1
                self._known = {}
            return
        self._known[shard] = reached
        if run.plan.cools:
            applied = [e for e in entries if checkpoint.position < e.position <= reached.position]
            run.tally.paths += _paths_of_cold(run, shard, applied)
        if entries[-1] == run.entries[run.out - 1]:
            run.bench.generations.let_read(shard, run.head)
        by_itself = self._calls(shard, made)
        if by_itself >= CALLS_MAX and reached.position < entries[-1].position:
            run.tally.paths[paths.CALLS_MAX_REACHED] += 1

    def _calls(self, shard: Shard, since: int) -> int:
        made = self._run.network.made[since:]
        return sum(call.keys == [shard.checkpoint_key] for call in made)


def _paths_of_cold(run: Run, shard: Shard, applied: list[Entry]) -> Counter[str]:
    taken: Counter[str] = Counter()
    if shard.generation.projection == HOME_FEED:
        look = run.look(shard)
        for entry in applied:
            match entry.body:
                case Followed(follower=follower):
                    taken[paths.COLD_FOLLOWED] += look.is_cold(follower)
                case Unfollowed(follower=follower):
                    taken[paths.COLD_UNFOLLOWED] += look.is_cold(follower)
                case _:
                    pass
    return taken


def see(run: Run, shard: Shard) -> None:
    """Holds a shard of the home feed against everything that has to be true at every moment."""
    if shard.generation.projection != HOME_FEED:
        return
    look = run.look(shard)
    event = event_inside(run, look)
    run.tally.paths[paths.INSIDE_BECOMING] += isinstance(event, Followed)
    run.tally.paths[paths.INSIDE_CEASING] += isinstance(event, Unfollowed)
    run.tally.paths[paths.COLD_GREAT] += bool(look.great.keys() & look.cold_followers.keys())
    for claim in AT_EVERY_LOOK:
        run.hold(claim, look)


def drain(run: Run) -> None:
    """Lets a worker without faults feed every active generation up to what has been written."""
    for generation in run.bench.generations.active(projections_of(run.plan)):
        _feed_until(run, generation, lambda checkpoint: checkpoint == Checkpoint(run.head))


def settle(run: Run, generation: Generation) -> None:
    """Lets no shard be without a checkpoint, or stand in the middle of an event."""
    run.bench.generations.begin(generation.all_shards())
    _feed_until(run, generation, lambda checkpoint: checkpoint.place == 0)


def _feed_until(run: Run, generation: Generation, enough: Callable[[Checkpoint], bool]) -> None:
    Turning(run.bench.redis).finish(generation.all_shards())
    faults, run.network.faults = run.network.faults, 0.0
    worker = Worker(run, lambda: None)
    for shard in generation.all_shards():
        turns = 0
        while not enough(checkpoint := run.bench.generations.checkpoints([shard])[shard]):
            worker.feed(shard, len(run.entries) if checkpoint.place == 0 else 1)
            turns += 1
            assert turns < TURNS_MAX, f"{shard} stays at {checkpoint}, the head is {run.head}"
    run.network.faults = faults
