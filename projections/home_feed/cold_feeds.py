"""Lets feeds go cold that nobody reads, and builds them again for who does: a projector's part.

It comes a little at a time, beside the log: one look at the keys, and for each shard one call
of a script. Nothing here has to be done by anybody at any time: a feed that goes cold late is
delivered to for longer, and one that is built again late is merged for whoever reads it.
"""

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import cast

from prometheus_client import Counter, Gauge
from redis import Redis

from projections.batch_writer import Between
from projections.home_feed.keys import FEEDS, HOME_FEED
from projections.home_feed.read_log import ReadLog
from projections.home_feed.read_marks import HeardMarks
from projections.home_feed.turning import Turned, Turning
from projections.shards import Shard

EVERY_SECONDS = 0.5
KEYS_AT_ONCE = 1_000
PEOPLE_AT_ONCE = 200
WAITING_MAX = 10_000
"""In a shard. Who is forgotten comes again with the next look at the keys, or the next read."""

GONE_COLD = Counter("slackwater_feeds_gone_cold_total", "Feeds dropped because nobody read them.")
BUILT_AGAIN = Counter("slackwater_feeds_built_again_total", "Cold feeds built again for a reader.")
COLD = Gauge("slackwater_cold_feeds", "Feeds that are cold now, by shard.", ["shard"])


class ColdFeeds:
    """Of one worker's shards. `after`: a feed goes cold after so many seconds in which nobody read
    it; 0: never. `between`: called after each call of a script."""

    def __init__(self, redis: Redis, after: float, between: Between | None = None) -> None:
        self._redis = redis
        self._marks = HeardMarks(redis)
        self._log = ReadLog(redis, after) if after else None
        self._turning = Turning(redis, between)
        self._to_warm: dict[Shard, set[int]] = defaultdict(set)
        self._to_cool: dict[Shard, list[int]] = defaultdict(list)
        self._cursor = 0
        self._next = 0.0

    def step(self, shards: Iterable[Shard]) -> None:
        """Does a little of what there is to do, twice a second. Raises RedisError."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + EVERY_SECONDS
        mine = {s.tag: s for s in shards if s.generation.projection == HOME_FEED}
        self._forget_all_but(mine.values())
        if self._turning.finish(mine.values()):
            self._go_on_at_once()
            return
        self._hear(mine.values())
        if self._log is not None:
            self._look_for_unread(self._log, mine)
        for shard in mine.values():
            self._turn(shard)
        self._measure(mine.values())

    def close(self) -> None:
        """Hears of no more reads."""
        self._marks.close()

    def _hear(self, shards: Collection[Shard]) -> None:
        read = self._marks.take()
        for shard in shards:
            here = {person for person in read if shard.generation.shard_of(person) == shard}
            if not here:
                continue
            if len(self._to_warm[shard]) < WAITING_MAX:
                self._to_warm[shard] |= here
            self._to_cool[shard] = [one for one in self._to_cool[shard] if one not in here]
            if self._log is not None:
                self._log.add(sorted(here))

    def _look_for_unread(self, log: ReadLog, mine: Mapping[str, Shard]) -> None:
        """Of the next few keys in Redis those that are feeds, warm, and of these shards."""
        log.begin()
        if not mine or any(len(waiting) > WAITING_MAX for waiting in self._to_cool.values()):
            return
        number = next(iter(mine.values())).generation.number
        pattern = f"{{{HOME_FEED}:{number}:*}}{FEEDS}*"
        self._cursor, keys = cast(
            "tuple[int, list[bytes]]", self._redis.scan(self._cursor, pattern, KEYS_AT_ONCE)
        )
        for shard, people in _people_by_shard(keys, mine).items():
            self._to_cool[shard] += log.unread(people)

    def _turn(self, shard: Shard) -> None:
        if waiting := self._to_warm.pop(shard, None):
            turned = self._turning.warm(shard, sorted(waiting))
            self._note(turned)
            if turned.left:
                self._to_warm[shard] = set(turned.left)
        if unread := self._to_cool.pop(shard, None):
            turned = self._turning.cool(shard, unread[:PEOPLE_AT_ONCE])
            self._note(turned)
            if rest := [*turned.left, *unread[PEOPLE_AT_ONCE:]]:
                self._to_cool[shard] = rest

    def _note(self, turned: Turned) -> None:
        BUILT_AGAIN.inc(turned.warm)
        GONE_COLD.inc(turned.cold)
        if turned.is_unfinished:
            self._go_on_at_once()

    def _go_on_at_once(self) -> None:
        self._next = 0.0  # a shard takes no batch in the middle of a turn

    def _measure(self, shards: Collection[Shard]) -> None:
        found = self._turning.cold_feeds(shards)
        COLD.clear()  # of shards that are another worker's now
        for shard, cold in found.items():
            COLD.labels(str(shard.index)).set(cold)

    def _forget_all_but(self, shards: Collection[Shard]) -> None:
        for waiting in (self._to_warm, self._to_cool):
            for shard in waiting.keys() - set(shards):
                del waiting[shard]


def _people_by_shard(keys: Iterable[bytes], mine: Mapping[str, Shard]) -> dict[Shard, list[int]]:
    found: dict[Shard, list[int]] = defaultdict(list)
    for key in keys:
        tag, brace, name = key.decode().partition("}")
        shard, person = mine.get(tag + brace), name.removeprefix(FEEDS)
        if shard is not None and person.isdigit():
            found[shard].append(int(person))
    return found
