"""Bytes of Redis' memory for one entry of a full feed, keys included."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager

from domain.events import Followed, Published
from projections.home_feed.apply import PROJECTION
from projections.home_feed.keys import FEEDS
from tests.bench.figures import Better, Goal
from tests.bench.ground import Ground
from tests.bench.log import AT, Applier, Log
from tests.bench.memory import empty, settled_bytes
from tests.bench.peers import mastodon
from tests.bench.row import Comparison, Contestants, Row

ENTRIES = 500

OURS = "lists of post numbers, with their horizons"
SORTED_SETS = "sorted sets of 18-digit ids"

FIGURE = "an entry"


@contextmanager
def contestants(ground: Ground) -> Generator[Contestants]:
    """The same number of full feeds, one scheme after the other on one Valkey."""
    feeds = ground.effort.of(tiny=40, quick=400, full=2_000)
    author, readers = 2, range(4, 4 + 2 * feeds, 2)
    follows = [Followed(at=AT, follower=reader, followee=author) for reader in readers]
    with ground.valkey() as (_, redis):

        def ours() -> Mapping[str, float]:
            empty(redis)
            log, applier = Log(), Applier(redis, PROJECTION, shards=1, window=ENTRIES)
            # Lists are at their longest: with all that fell off and is not cut off yet.
            posts = [Published(at=AT, author=author, text="x")] * applier.generation.longest
            applier.apply(log.grow(follows))
            before = settled_bytes(redis)
            applier.apply(log.grow(posts))
            tag = applier.generation.shard(0).tag
            assert redis.llen(f"{tag}{FEEDS}{readers[0]}") == len(posts)
            return {FIGURE: (settled_bytes(redis) - before) / (feeds * ENTRIES)}

        def sorted_sets() -> Mapping[str, float]:
            empty(redis)
            before = settled_bytes(redis)
            mastodon.fill(redis, range(feeds), ENTRIES)
            return {FIGURE: (settled_bytes(redis) - before) / (feeds * ENTRIES)}

        yield {OURS: ours, SORTED_SETS: sorted_sets}


ROW = Row(
    "memory",
    (
        Comparison(
            FIGURE, "bytes", Better.LOWER, OURS, SORTED_SETS, Goal(ratio_min=10, ours_max=7.5)
        ),
    ),
    contestants,
    warms_up=True,
)
