"""What holds of a history that stands in a real event store."""

from typing import TYPE_CHECKING
from unittest.mock import patch

import numpy as np

from projections.history.events import copy_events, decoded, read_events
from projections.home_feed.keys import HOME_FEED
from projections.progress import Silence
from projections.rebuild.rebuild import Rebuild, Servers
from projections.shards import Generation, State
from projections.verify.identities import Identities
from projections.verify.inspection import Sample
from projections.verify.truth import Truth
from projections.verify.verification import Verification
from tests.integration.corruptions import LISTS
from tests.prove import paths
from tests.prove.properties.comparing import same
from tests.prove.run import Run, projections_of
from tests.prove.truth_from_log import IdentitiesFromLog, TruthFromLog

if TYPE_CHECKING:
    from tests.prove.feeding import Worker
    from tests.prove.real_store import RealStore

COLUMNS = (
    "positions", "people", "erased", "post", "author", "deleted", "follower", "followee", "begin",
    "end",
)  # fmt: skip


def the_store_hands_out_the_log_in_any_pieces(run: Run, real: "RealStore") -> int:
    """Row by row and in bulk."""
    position = 0
    while piece := real.store.read_after(position, run.rng.randint(1, 40)):
        first = run.index_after(position)
        same(piece, run.entries[first : first + len(piece)], f"the log after {position}")
        position = piece[-1].position
    same(position, run.entries[-1].position, "the end of the log")
    after, until = sorted(run.rng.choices([0, *(e.position for e in run.entries)], k=2))
    right = [event for event in run.copied(until) if event.position > after]
    same(list(copy_events(real.url, after, until)), right, f"events from {after} to {until}")
    at_once = list(read_events(real.url, after, until, decoded, lambda: True))
    same(at_once, right, f"events from {after} to {until}, decoded by topic")
    return len(run.entries) + len(right)


def history_by_sql_is_history(run: Run, real: "RealStore") -> int:
    """What verification reads by SQL alone is what the log says, column by column."""
    found, right = Truth(real.url), TruthFromLog(lambda: run.entries)
    for column in COLUMNS:
        equal = np.array_equal(getattr(found, column), getattr(right, column))
        same(equal, True, f"whether the column {column} is equal")
    numbers = [*right.people.tolist(), *right.post.tolist()]
    by_sql, by_log = Identities(real.url, found), IdentitiesFromLog(lambda: run.entries, right)
    try:
        same(by_sql.facts(numbers), by_log.facts(numbers), "facts")
        ids = by_log.ids_of(numbers)
        same(by_sql.ids_of(numbers), ids, "public ids")
        same(by_sql.numbers_of(ids), numbers, "numbers behind the public ids")
    finally:
        by_sql.close()
    return len(COLUMNS) + 3 * len(numbers)


def verification_finds_and_mends_and_follows_the_chain(run: Run, real: "RealStore") -> int:
    """The whole of it, as `slackwater verify` runs it, over every projection and the stream."""
    names, redis = projections_of(run.plan), run.bench.redis
    real.fill_stream()
    for listed in run.bench.generations.listed(HOME_FEED):
        if listed.state != State.ACTIVE:  # it would be damaged as well, and nobody verifies it
            run.bench.generations.drop(listed.generation, lambda _: None)
    with Verification(real.url, redis) as verification:
        sound = verification.run(names, Sample(), Silence())
        same([str(d) for one in sound.findings for d in one.differences], [], "differences")
        same(sound.chain.broken, [], "broken entries of the stream")
        same(sound.chain.entries, len(run.entries), "entries of the stream")
        run.tally.paths[paths.REAL_CHAIN] += 1
        try:
            run.rng.choice(LISTS[:-1])(redis, HOME_FEED, run.rng)
        except IndexError:
            return sound.checked
        mended = verification.run(names, Sample(), Silence(), repair=True)
        assert mended.different > 0, "a damaged home feed was found sound"
        again = verification.run(names, Sample(), Silence())
        same(again.different, 0, "differences after the repair")
        run.tally.paths[paths.REAL_REPAIR] += 1
    return sound.checked + mended.checked + again.checked


def a_rebuild_takes_over_while_the_log_grows(run: Run, real: "RealStore") -> int:
    """The real one, from COPY to the switch; old and new end as the model says."""
    worker = real.begin_again(max(1, len(run.entries) // 2))
    old = run.active()
    rebuild = Rebuild(
        Servers(real.url, run.bench.redis), real.store, old, _Traffic(run, real, worker)
    )
    shards = run.rng.randint(1, 3)
    # Nobody else feeds the new generation here, so nobody has to be waited for.
    with patch("projections.rebuild.switching.HANDOVER_SECONDS", 0.0):
        rebuilt = rebuild.run(shards=shards, window=run.plan.window, activate=True)
    run.look_at_the_registry_again()
    assert rebuilt.findings is not None
    same([str(one) for one in rebuilt.findings.differences], [], "differences of the new one")
    assert rebuilt.switched, "the new generation did not take over"
    new = Generation(HOME_FEED, rebuilt.number, shards, run.plan.window, great=run.plan.great)
    same(run.active(), new, "the active generation")
    real.write(len(run.entries))
    run.out = real.holds
    worker.take_share()
    for shard in new.all_shards():
        while run.bench.generations.checkpoints([shard])[shard].position < run.head:
            worker.feed(shard, len(run.entries))
    run.tally.paths[paths.REAL_REBUILD] += 1
    return rebuilt.events


class _Traffic(Silence):
    """Writes on, and feeds the old generation, whenever the rebuild begins something new."""

    def __init__(self, run: Run, real: "RealStore", worker: "Worker") -> None:
        self._run = run
        self._real = real
        self._worker = worker

    def begin(self, phase: str, total: int | None) -> None:
        del phase, total
        run = self._run
        self._real.write(run.rng.randint(0, 8))
        run.out = self._real.holds
        for shard in run.active().all_shards():
            if run.rng.random() < 0.7:
                self._worker.feed(shard, run.rng.randint(1, 40))
