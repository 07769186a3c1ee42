"""From an acknowledged post until a follower sees it over HTTP, while many others post."""

import statistics
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager

from tests.bench.figures import Better, Goal
from tests.bench.ground import Ground
from tests.bench.peers import polling_relay
from tests.bench.posting_world import (
    FOLLOWERS,
    POSTS_PER_SECOND,
    PROBES_PER_SECOND,
    posting_world,
)
from tests.bench.probe import Probe
from tests.bench.row import Comparison, Contestants, Measure, Row

OURS = f"woken by NOTIFY, {POSTS_PER_SECOND} posts/s, {FOLLOWERS} followers each"
POLLING = "the same with a 100 ms polling relay"


@contextmanager
def contestants(ground: Ground) -> Generator[Contestants]:
    """One world; only the relay is another one each time."""
    seconds = ground.effort.of(tiny=0.5, quick=6.0, full=30.0)
    with posting_world(ground) as posting:

        def with_relay(*relay: str) -> Measure:
            def measure() -> Mapping[str, float]:
                with posting.probed(list(relay)) as probe:
                    found = _percentiles(probe, seconds)
                return found | {"posts_per_second": posting.posts_per_second}

            return measure

        yield {OURS: with_relay("launcher", "relay"), POLLING: with_relay(polling_relay.__name__)}


def _percentiles(probe: Probe, seconds: float) -> dict[str, float]:
    """In milliseconds, of posts at an even pace."""
    begun = time.monotonic()
    taken: list[float] = []
    while time.monotonic() < begun + seconds:
        taken.append(1_000 * probe.seconds())
        time.sleep(max(0.0, begun + len(taken) / PROBES_PER_SECOND - time.monotonic()))
    cuts = statistics.quantiles(taken, n=100, method="inclusive")
    return {"p50": cuts[49], "p99": cuts[98], "probes": len(taken)}


ROW = Row(
    "propagation",
    (
        Comparison("p50", "ms", Better.LOWER, OURS, POLLING, Goal(ours_max=5)),
        Comparison("p99", "ms", Better.LOWER, OURS, POLLING, Goal(ours_max=25)),
    ),
    contestants,
)
