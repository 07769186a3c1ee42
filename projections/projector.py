"""The projector: reads the log and applies it to its share of the shards, batch by batch.

It holds no state that matters: a shard's checkpoint stands beside its data, and the script that
applies a batch moves it. Whatever happens to this process, or however many of it there are, the
shards end where the log says.
"""

import logging
import time
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass

from prometheus_client import Gauge, Histogram
from redis import Redis

from domain.events import Published
from projections.batch import Batch
from projections.batch_log import BatchLog
from projections.batch_writer import BatchWriter, make_first_calls
from projections.generations import Generations
from projections.greatness import NOBODY_IS_GREAT, Greatness
from projections.home_feed.cold_feeds import ColdFeeds
from projections.home_feed.keys import HOME_FEED
from projections.log.entry import Entry
from projections.log.quarantine import Quarantine
from projections.log.reader import LogReader
from projections.membership import HEARTBEAT_SECONDS, Member
from projections.projection import Projection
from projections.refill import Refill
from projections.shards import Checkpoint, Generation, Shard

logger = logging.getLogger(__name__)

BATCH_ENTRIES_MAX = 500
PROPAGATIONS_KEPT = 200
HELD_PAUSE_SECONDS = 0.02

BATCH_ENTRIES = Histogram(
    "slackwater_projector_batch_entries",
    "Log entries in a batch applied to one shard.",
    ["projection"],
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500),
)
BATCH_SECONDS = Histogram(
    "slackwater_projector_batch_duration_seconds",
    "Time to apply one batch to one shard.",
    ["projection"],
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)
PROPAGATION_SECONDS = Histogram(
    "slackwater_propagation_seconds",
    "From a post's publishing until it is visible in the feeds of one shard.",
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)
SHARDS_OWNED = Gauge("slackwater_projector_shards", "Shards that this worker has as its share.")


@dataclass(frozen=True, slots=True)
class _Begun:
    """A batch on its way into a shard that stood `before` it there."""

    shard: Shard
    before: Checkpoint
    entries: Sequence[Entry]
    writer: BatchWriter
    batch: Batch

    @property
    def reached(self) -> Checkpoint:
        return self.batch.checkpoint


class Projector:
    """One worker. `projections` are applied in their order, generation by generation.

    `cold_after`: feeds go cold after so many seconds in which nobody read them; 0: never.
    `idle_seconds`: so long a step waits that finds nothing to do; 0: not at all.
    """

    def __init__(
        self,
        redis: Redis,
        log: LogReader,
        quarantine: Quarantine,
        member: Member,
        projections: Sequence[Projection],
        *,
        shards: int,
        window: int,
        great: Greatness = NOBODY_IS_GREAT,
        cold_after: float = 0,
        idle_seconds: float = HEARTBEAT_SECONDS,
        batch_log: BatchLog | None = None,
    ) -> None:
        self._redis = redis
        self._log = log
        self._quarantine = quarantine
        self._member = member
        self._names = [projection.name for projection in projections]
        self._writers = {p.name: BatchWriter(redis, p) for p in projections}
        self._generations = Generations(redis)
        self._refill = Refill(self._generations, log)
        self._cold_feeds = ColdFeeds(redis, cold_after, between=self._beat)
        self._shards, self._window, self._great = shards, window, great
        self._idle_seconds = idle_seconds
        self._checkpoints: dict[Shard, Checkpoint] = {}
        self._building_since: dict[Shard, float] = {}
        self._share_until = 0.0
        self._propagations: deque[float] = deque(maxlen=PROPAGATIONS_KEPT)
        self._batch_log = batch_log or BatchLog()

    def step(self) -> None:
        """Applies what there is to the shards of this worker's share, or waits for it a moment.

        Shards that stand together are fed together; one that is behind does not hold the others
        up. Nothing goes past an event that cannot be read and is not in quarantine: the shards wait
        in front of it. Raises StoreUnreachable.
        """
        self._beat()
        self._take_share()
        self._cold_feeds.step(self._checkpoints)
        together: dict[int, list[Shard]] = defaultdict(list)
        for shard, checkpoint in self._checkpoints.items():
            together[checkpoint.position].append(shard)
        block_ms = int(1000 * self._idle_seconds) or None if len(together) <= 1 else None
        if not together:
            # No share: this one waits for a change of membership, not for the log.
            self._quarantine.rest()
            time.sleep(self._idle_seconds)
        moved = refused = False
        end = self._refill.aim(self._checkpoints)
        for position, shards in together.items():
            entries = self._log.read_after(position, BATCH_ENTRIES_MAX, block_ms)
            for did_move in self._apply(self._readable_by(shards, entries)):
                moved, refused = moved or did_move, refused or not did_move
            if not entries and position == 0 and self._log.is_empty():
                self._generations.begin(shards)
        self._batch_log.write()
        self._refill.reached(end, self._checkpoints)
        if self._quarantine.poison and not moved:
            time.sleep(self._idle_seconds)
        elif refused and not moved:
            # What there is to do is held: a switch or a repair is at work, and needs the time more.
            time.sleep(HELD_PAUSE_SECONDS)

    def close(self) -> None:
        """Hears of no more reads."""
        self._cold_feeds.close()

    def _readable_by(
        self, shards: Sequence[Shard], entries: Sequence[Entry]
    ) -> Iterator[tuple[Shard, Sequence[Entry]]]:
        """What of these entries each shard takes now, if any."""
        by_release: dict[int, Sequence[Entry]] = {}
        for shard in shards if entries else ():
            release = shard.generation.release
            if release not in by_release:
                by_release[release] = self._quarantine.read(entries, release)
            if by_release[release]:
                yield shard, by_release[release]

    def _take_share(self) -> None:
        """Looks who else is there, and where this worker's shards really stand.

        The latter every time: what is remembered here may have vanished from Redis meanwhile.
        """
        if time.monotonic() < self._share_until:
            return
        for name in self._names:
            self._generations.ensure_active(
                name,
                shards=self._shards,
                window=self._window,
                great=self._great,
                release=self._quarantine.release_number,
            )
        every = [s for g in self._active_generations() for s in g.all_shards()]
        mine = self._member.share_of(every)
        if set(mine) != set(self._checkpoints):
            logger.info("%d of %d shards are this worker's", len(mine), len(every))
        found = self._generations.checkpoints(mine)
        if found != self._checkpoints:
            self._quarantine.forget()  # who brought them there may have left something out
        self._checkpoints = found
        self._refill.look(self._checkpoints)
        self._building_since = {
            shard: self._building_since.get(shard, time.time())
            for shard, checkpoint in self._checkpoints.items()
            if checkpoint.position == 0 or shard in self._building_since
        }
        SHARDS_OWNED.set(len(mine))
        self._share_until = time.monotonic() + HEARTBEAT_SECONDS

    def _active_generations(self) -> list[Generation]:
        return self._generations.active(self._names)

    def _apply(self, share: Iterable[tuple[Shard, Sequence[Entry]]]) -> Iterator[bool]:
        """Applies to each shard what it takes now; tells of each whether it moved.

        All first calls go out together, so what a reader waits for is there after one round trip.
        Shards that need more calls, for a great audience or many events, come after all others.
        """
        started = time.perf_counter()
        begun = [
            _Begun(shard, self._checkpoints[shard], entries, writer, batch)
            for shard, entries in share
            for writer in [self._writers[shard.generation.projection]]
            for batch in [writer.begin(shard, self._checkpoints[shard], entries)]
        ]
        make_first_calls(self._redis, [(one.writer, one.batch) for one in begun])
        together = time.perf_counter() - started
        for one in sorted(begun, key=lambda one: not one.batch.is_over):
            started = time.perf_counter()
            one.writer.finish(one.batch, between=self._beat)
            yield self._note(one, together + time.perf_counter() - started)

    def _note(self, begun: _Begun, seconds: float) -> bool:
        """Remembers where a shard stands after its batch; returns whether it moved."""
        shard, before, entries, reached = begun.shard, begun.before, begun.entries, begun.reached
        name = shard.generation.projection
        self._checkpoints[shard] = reached
        if not before.position <= reached.position <= entries[-1].position:
            self._quarantine.forget()  # somebody else is at it, and further on
        applied = [one for one in entries if before.position < one.position <= reached.position]
        BATCH_SECONDS.labels(name).observe(seconds)
        BATCH_ENTRIES.labels(name).observe(len(applied))
        self._batch_log.add(shard, applied, seconds)
        if name == HOME_FEED:
            self._measure_propagation(applied, self._building_since.get(shard, 0.0))
        return reached != before

    def _measure_propagation(self, entries: Sequence[Entry], since: float) -> None:
        """Counts posts published `since` then: a shard that is built anew delivers old ones too."""
        now = time.time()
        for entry in entries:
            if isinstance(entry.body, Published) and entry.body.at.timestamp() >= since:
                seconds = max(0.0, now - entry.body.at.timestamp())
                PROPAGATION_SECONDS.observe(seconds)
                self._propagations.append(seconds)

    def _beat(self) -> None:
        self._member.beat(self._vitals())

    def _vitals(self) -> dict[str, object]:
        return {
            "shards": [str(shard) for shard in self._checkpoints],
            "poison": asdict(self._quarantine.poison) if self._quarantine.poison else None,
            "propagation_seconds": list(self._propagations),
        }
