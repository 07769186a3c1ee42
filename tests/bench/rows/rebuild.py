"""Events a second from history to a verified switch, against the library's own projections."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager

from projections.generations import Generations
from projections.home_feed.keys import HOME_FEED
from projections.shards import State
from tests.bench.figures import Better, Goal
from tests.bench.ground import Ground
from tests.bench.large_world import large_world
from tests.bench.peers.stock_projection import StockProjections
from tests.bench.row import Comparison, Contestants, Row
from tests.bench.world import World

OURS = "slackwater rebuild home-feed, switch included"
IN_POSTGRES = "stock ProjectionRunner, tracked in Postgres"
IN_MEMORY = "stock ProjectionRunner, no-op view in memory"

FIGURE = "events"


@contextmanager
def contestants(ground: Ground) -> Generator[Contestants]:
    """Theirs do nothing with an event; there are fewer of them, since it is a rate."""
    effort = ground.effort
    few = effort.of(tiny=20, quick=2_000, full=10_000)
    many = effort.of(tiny=100, quick=40_000, full=200_000)
    made = ground.shared(large_world)
    with ground.database() as database_url:
        stock = StockProjections(database_url, many)

        def ours() -> Mapping[str, float]:
            return {FIGURE: rebuild(made)["events_per_second"]}

        yield {
            OURS: ours,
            IN_POSTGRES: lambda: {FIGURE: stock.in_postgres(few)},
            IN_MEMORY: lambda: {FIGURE: stock.in_memory(many)},
        }


def rebuild(made: World) -> Mapping[str, float]:
    """What the command reports of one more rebuild; what rests after it is removed."""
    [report] = made.slackwater("rebuild", HOME_FEED)
    assert report["switched"], report
    generations = Generations(made.redis)
    for listed in generations.listed(HOME_FEED):
        if listed.state is State.RESTING:
            generations.drop(listed.generation, lambda _: None)
    events = report["events"]
    return {
        "events": events,
        "seconds": sum(report["seconds"].values()),
        "events_per_second": events / sum(report["seconds"].values()),
    }


ROW = Row(
    "rebuild",
    (
        Comparison(FIGURE, "events/s", Better.HIGHER, OURS, IN_POSTGRES, Goal(ratio_min=300)),
        Comparison(FIGURE, "events/s", Better.HIGHER, OURS, IN_MEMORY, Goal(ratio_min=8)),
    ),
    contestants,
)
