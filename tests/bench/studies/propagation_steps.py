"""When a post gets where, on its way from the acknowledgement to a follower's page.

`python -m tests.bench.studies.propagation_steps [SECONDS]`: the world of the row "propagation", in
which one post after the other is looked for at another step, as often as the row's probe looks. It
asks Redis for the stream's end, or a projection's checkpoints (of all its shards), or the query
API.
"""

import itertools
import random
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import cast

from redis import Redis

from command_api.application import PublishedPost
from projections.generations import Generations
from projections.home_feed.keys import HOME_FEED
from projections.log.stream import STREAM, position_of
from projections.posts.keys import POSTS
from projections.shards import Shard
from tests.bench.effort import Depth, Effort
from tests.bench.ground import fresh_ground
from tests.bench.posting_world import PROBES_PER_SECOND, posting_world
from tests.bench.probe import LOOK_AGAIN_SECONDS, SEEN_SECONDS_MAX, Probe

SECONDS = 40.0

IsThere = Callable[[PublishedPost], bool]


def main() -> None:
    """Measures and prints percentiles in milliseconds."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    seed = random.randrange(1_000_000)
    found: dict[str, list[float]] = defaultdict(list)
    with (
        fresh_ground(Effort(Depth.QUICK, 1), seed) as ground,
        posting_world(ground) as posting,
        posting.probed(["launcher", "relay"]) as probe,
    ):
        steps = _steps(posting.made.redis, probe)
        begun = time.monotonic()
        for number, step in enumerate(itertools.islice(itertools.cycle(steps), _posts(seconds)), 1):
            found[step].append(1_000 * _seconds(probe.publish(), steps[step]))
            time.sleep(max(0.0, begun + number / PROBES_PER_SECOND - time.monotonic()))
    print(f"seed {seed}; milliseconds after the acknowledgement")
    for step, times in found.items():
        cuts = statistics.quantiles(times, n=100, method="inclusive")
        cells = "  ".join(f"p{at} {cuts[at - 1]:6.2f}" for at in (10, 50, 90, 99))
        print(f"{step:12} {cells}  ({len(times)} posts)")


def _posts(seconds: float) -> int:
    return int(seconds * PROBES_PER_SECOND)


def _steps(redis: Redis, probe: Probe) -> Mapping[str, IsThere]:
    """Of each step, whether a post is there."""
    active = Generations(redis).active([POSTS, HOME_FEED])
    return {
        "stream": lambda post: _stream_end(redis) >= post.position,
        **{one.projection: partial(_has_reached, redis, one.all_shards()) for one in active},
        "page": probe.shows,
    }


def _seconds(post: PublishedPost, is_there: IsThere) -> float:
    acknowledged = time.perf_counter()
    while True:
        was_there = is_there(post)
        passed = time.perf_counter() - acknowledged
        if was_there:
            return passed
        assert passed < SEEN_SECONDS_MAX, f"not there within {SEEN_SECONDS_MAX:.0f} s"
        time.sleep(LOOK_AGAIN_SECONDS)


def _stream_end(redis: Redis) -> int:
    [(newest, _)] = cast("list[tuple[bytes, object]]", redis.xrevrange(STREAM, count=1))
    return position_of(newest)


def _has_reached(redis: Redis, shards: Sequence[Shard], post: PublishedPost) -> bool:
    with redis.pipeline(transaction=False) as pipe:
        for shard in shards:
            pipe.hget(shard.checkpoint_key, "position")
        return min(map(int, pipe.execute())) >= post.position


if __name__ == "__main__":
    main()
