"""The same page, whole and as 304: what an ETag saves a client that has it already."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager

import httpx

from tests.bench.figures import Better, Goal
from tests.bench.ground import Ground
from tests.bench.read_world import PAGE, read_world
from tests.bench.row import Comparison, Contestants, Row
from tests.bench.wrk import CONNECTIONS, Request, Wrk

OURS = f"304, {CONNECTIONS} connections, one process"
FULL = "the full page, same process"

FIGURE = "answers"
PATH = f"/feed/?limit={PAGE}"


@contextmanager
def contestants(ground: Ground) -> Generator[Contestants]:
    """One server; the requests differ in one header."""
    seconds = ground.effort.of(tiny=1.0, quick=3.0, full=10.0)
    read = ground.shared(read_world)
    with read.world.serving("query-api") as address:
        full: list[Request] = []
        unchanged: list[Request] = []
        with httpx.Client(base_url=address) as http:
            for reader in read.readers:
                headers = {"Authorization": f"Bearer {read.world.token(reader.id)}"}
                tag = http.get(PATH, headers=headers).headers["ETag"]
                full.append(Request(PATH, headers))
                unchanged.append(Request(PATH, headers | {"If-None-Match": tag}))
            assert http.get(PATH, headers=unchanged[0].headers).status_code == 304
        whole, short = Wrk(ground, address, full), Wrk(ground, address, unchanged)

        def answers_of(wrk: Wrk) -> dict[str, float]:
            seen = wrk.run(seconds)
            return {FIGURE: seen["requests_per_second"], "bytes": seen["bytes_per_answer"]}

        def not_modified() -> Mapping[str, float]:
            seen = answers_of(short)
            assert seen["bytes"] < 1_000, "an answer without a body is short"
            return seen

        yield {OURS: not_modified, FULL: lambda: answers_of(whole)}


ROW = Row(
    "same page, ETag unchanged",
    (Comparison(FIGURE, "answers/s", Better.HIGHER, OURS, FULL, Goal(ratio_min=1.5)),),
    contestants,
    warms_up=True,
)
