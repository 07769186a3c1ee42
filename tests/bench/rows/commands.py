"""Posts published a second over HTTP, by one command API: against stock saves without any HTTP."""

from collections.abc import Generator, Mapping
from contextlib import ExitStack, closing, contextmanager

from tests.bench.figures import Better, Goal
from tests.bench.ground import Ground
from tests.bench.history import TEXT, HistoryWriter
from tests.bench.peers.stock import Posts, environment
from tests.bench.row import Comparison, Contestants, Row
from tests.bench.threads import calls_per_second
from tests.bench.world import world
from tests.bench.wrk import CONNECTIONS, Request, Wrk

OURS = f"POST /posts/, {CONNECTIONS} connections, one process"
STOCK = f"stock Application.save(), {CONNECTIONS} threads, in process"

FIGURE = "commands"


@contextmanager
def contestants(ground: Ground) -> Generator[Contestants]:
    """Many people post through one process."""
    seconds = ground.effort.of(tiny=1.0, quick=3.0, full=10.0)
    with ExitStack() as stack:
        ours = stack.enter_context(world(ground))
        people = HistoryWriter(ours.write_model).people(
            ground.effort.of(tiny=5, quick=200, full=1_000)
        )
        wrk = Wrk(
            ground,
            stack.enter_context(ours.serving("command-api")),
            [
                Request(
                    "/posts/",
                    {
                        "Authorization": f"Bearer {ours.token(person.id)}",
                        "Content-Type": "application/json",
                    },
                    "POST",
                    f'{{"text": "{TEXT}"}}',
                )
                for person in people
            ],
        )
        stock_url = stack.enter_context(ground.database())
        stock = stack.enter_context(closing(Posts(environment(stock_url, CONNECTIONS))))

        def over_http() -> Mapping[str, float]:
            seen = wrk.run(seconds)
            return {FIGURE: seen["requests_per_second"]} | _latencies(seen)

        def in_process() -> Mapping[str, float]:
            return {FIGURE: calls_per_second([stock.publish] * CONNECTIONS, seconds)}

        yield {OURS: over_http, STOCK: in_process}


def _latencies(seen: Mapping[str, float]) -> dict[str, float]:
    return {name: seen[name] for name in ("p50_ms", "p99_ms")}


ROW = Row(
    "commands over HTTP",
    (Comparison(FIGURE, "requests/s", Better.HIGHER, OURS, STOCK, Goal(ratio_min=3)),),
    contestants,
    warms_up=True,
)
