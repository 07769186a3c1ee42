"""From an acknowledged post until a follower sees it over HTTP, while many others post."""

import random
import statistics
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import ExitStack, closing, contextmanager

from tests.bench.figures import Better, Goal
from tests.bench.ground import Ground
from tests.bench.history import HistoryWriter, Person
from tests.bench.load import posts
from tests.bench.peers import polling_relay
from tests.bench.probe import Probe
from tests.bench.row import Comparison, Contestants, Measure, Row
from tests.bench.world import World, world
from tests.waiting import until

POSTS_PER_SECOND = 500
PROBES_PER_SECOND = 20
FOLLOWERS = 100
PROJECTORS = 2
"""As `up` runs them."""

SETTLE_SECONDS = 1.0

OURS = f"woken by NOTIFY, {POSTS_PER_SECOND} posts/s, {FOLLOWERS} followers each"
POLLING = "the same with a 100 ms polling relay"


@contextmanager
def contestants(ground: Ground) -> Generator[Contestants]:
    """Everything that `up` runs for reading; only the relay is another one each time."""
    effort = ground.effort
    rate = effort.of(tiny=20, quick=POSTS_PER_SECOND, full=POSTS_PER_SECOND)
    seconds = effort.of(tiny=0.5, quick=6.0, full=30.0)
    with ExitStack() as stack:
        made = stack.enter_context(world(ground))
        author, follower, authors = _network(
            made, ground.seed, effort.of(tiny=120, quick=1_000, full=2_000)
        )
        made.project()
        file = ground.file("authors")
        file.write_text("\n".join(str(each.id) for each in authors), encoding="utf-8")
        writer = [sys.executable, "-m", posts.__name__, str(rate - PROBES_PER_SECOND), str(file)]
        stack.enter_context(made.running(*["projector"] * PROJECTORS, "relational-projector"))
        address = stack.enter_context(made.serving("query-api"))

        def with_relay(*arguments: str) -> Measure:
            def measure() -> Mapping[str, float]:
                with made.program([sys.executable, "-m", *arguments], {}):
                    made.let_catch_up(tables=True)
                    with made.program(writer, {}) as writing:
                        time.sleep(SETTLE_SECONDS)
                        # A connection of its own each time: an idle one is closed by the server.
                        with closing(Probe(made, address, author, follower)) as probe:
                            found = _percentiles(probe, seconds)
                        writing.ask_to_stop()
                        until(lambda: writing.exit_code() is not None, "the writer ends")
                        return found | {"posts_per_second": float(writing.last_words(lines=1))}

            return measure

        yield {OURS: with_relay("launcher", "relay"), POLLING: with_relay(polling_relay.__name__)}


def _network(made: World, seed: int, count: int) -> tuple[Person, Person, list[Person]]:
    """Who is probed, who looks, and everybody else; each author has so many followers."""
    writer, rng = HistoryWriter(made.write_model), random.Random(seed)
    author, follower, *people = writer.people(count + 2)
    pairs = [(follower, author), *((each, author) for each in rng.sample(people, FOLLOWERS - 1))]
    for followee in people:
        others = rng.sample(people, FOLLOWERS + 1)
        pairs += [(each, followee) for each in others if each is not followee][:FOLLOWERS]
    writer.follows(pairs)
    return author, follower, people


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
