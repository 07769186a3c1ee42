"""Feed pages a second over HTTP, one process each: ours, the usual way, and our own SQL."""

import sys
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager

import httpx

from launcher.ports import choose_ports
from launcher.readiness import answers
from tests.bench.figures import Better, Goal
from tests.bench.ground import Ground
from tests.bench.history import Person
from tests.bench.peers import usual_feed, usual_store
from tests.bench.read_world import PAGE, ReadWorld, read_world
from tests.bench.row import Comparison, Contestants, Measure, Row
from tests.bench.world import HOST
from tests.bench.wrk import CONNECTIONS, Request, Wrk
from tests.waiting import until

OURS = f"GET /feed/, {CONNECTIONS} connections, one process"
USUAL = "FastAPI + redis.asyncio + pydantic"
FALLBACK = "the same app from Postgres, Redis away"

FIGURE = "pages"


@contextmanager
def contestants(ground: Ground) -> Generator[Contestants]:
    """Three servers, of which two are idle while one is asked."""
    seconds = ground.effort.of(tiny=1.0, quick=3.0, full=10.0)
    with ExitStack() as stack:
        read = ground.shared(read_world)
        nowhere = f"unix://{ground.place}/nobody.sock"
        addresses = {
            OURS: stack.enter_context(read.world.serving("query-api")),
            USUAL: stack.enter_context(_usual(ground, read)),
            FALLBACK: stack.enter_context(read.world.serving("query-api", redis_url=nowhere)),
        }
        requests = [Request(f"/feed/?limit={PAGE}", _headers(read, each)) for each in read.readers]
        _check_that_they_agree(read, list(addresses.values()))
        yield {
            name: _pages(Wrk(ground, address, requests), seconds)
            for name, address in addresses.items()
        }


@contextmanager
def _usual(ground: Ground, read: ReadWorld) -> Generator[str]:
    with ground.valkey() as (redis_url, redis):
        usual_store.fill(redis, read)
        [port] = choose_ports(HOST, {"the usual feed": 0})
        arguments = [sys.executable, "-m", usual_feed.__name__, str(port)]
        with read.world.program(arguments, {"SLACKWATER_REDIS_URL": redis_url}):
            until(lambda: answers(HOST, port, "/readyz"), "the usual feed answers")
            yield f"http://{HOST}:{port}"


def _pages(wrk: Wrk, seconds: float) -> Measure:
    def measure() -> Mapping[str, float]:
        seen = wrk.run(seconds)
        return {FIGURE: seen["requests_per_second"], "p50_ms": seen["p50_ms"]} | {
            "p99_ms": seen["p99_ms"]
        }

    return measure


def _headers(read: ReadWorld, reader: Person) -> dict[str, str]:
    return {"Authorization": f"Bearer {read.world.token(reader.id)}"}


def _check_that_they_agree(read: ReadWorld, addresses: list[str]) -> None:
    """All of them send the same posts, the ones that the feed rule says."""
    for reader in read.readers[:: max(1, len(read.readers) // 10)]:
        right = read.feed_of(reader, PAGE)
        for address in addresses:
            answer = httpx.get(
                f"{address}/feed/", params={"limit": PAGE}, headers=_headers(read, reader)
            )
            answer.raise_for_status()
            shown = [item["position"] for item in answer.json()["items"]]
            assert shown == right, f"{address} shows {shown}, not {right}"


ROW = Row(
    "feed page over HTTP",
    (
        Comparison(FIGURE, "pages/s", Better.HIGHER, OURS, USUAL, Goal(ratio_min=2.5)),
        Comparison(FIGURE, "pages/s", Better.HIGHER, OURS, FALLBACK, Goal(ratio_min=4)),
    ),
    contestants,
    warms_up=True,
)
