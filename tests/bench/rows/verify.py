"""Feeds a second held against history, what it takes to read history included."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager

from projections.home_feed.keys import HOME_FEED
from tests.bench.figures import Better, Goal
from tests.bench.ground import Ground
from tests.bench.large_world import large_world
from tests.bench.row import Comparison, Contestants, Row

OURS = "slackwater verify home-feed"

FIGURE = "feeds"


@contextmanager
def contestants(ground: Ground) -> Generator[Contestants]:
    """Nobody else does this."""
    made = ground.shared(large_world)

    def ours() -> Mapping[str, float]:
        report = made.slackwater("verify", HOME_FEED)
        [found] = report["projections"]
        feeds = found["items"]["feed"]["checked"]
        return {FIGURE: feeds / report["seconds"], "checked": feeds}

    yield {OURS: ours}


ROW = Row(
    "verify",
    (Comparison(FIGURE, "feeds/s", Better.HIGHER, OURS, None, Goal(ours_min=20_000)),),
    contestants,
)
