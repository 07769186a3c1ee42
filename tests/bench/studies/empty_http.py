"""What HTTP alone costs: uvicorn around an app that answers with constant bytes.

`python -m tests.bench.studies.empty_http`: six kilobytes and an empty 304, in turns, asked for by
wrk as in the rows over HTTP. With `serve PORT` it is that server.
"""

import random
import statistics
import sys

import uvicorn
from starlette.types import Receive, Scope, Send

from launcher.child import Child, Program
from launcher.ports import choose_ports
from launcher.readiness import answers
from tests.bench.effort import Depth, Effort
from tests.bench.ground import fresh_ground
from tests.bench.world import HOST
from tests.bench.wrk import Request, Wrk
from tests.waiting import until

SECONDS = 5.0
TURNS = 3
BODY = b"x" * 6_000
PAGE, UNCHANGED = "/page", "/unchanged"


async def app(scope: Scope, _receive: Receive, send: Send) -> None:
    """The page, or nothing but a status."""
    if scope["type"] != "http":
        return
    status, body = (200, BODY) if scope["path"] == PAGE else (304, b"")
    headers = [(b"content-length", b"%d" % len(body))] if body else []
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def main() -> None:
    """Measures and prints answers a second, medians."""
    if sys.argv[1:2] == ["serve"]:
        uvicorn.run(app, host=HOST, port=int(sys.argv[2]), log_level="warning", access_log=False)
        return
    with fresh_ground(Effort(Depth.QUICK, 1), random.randrange(1_000_000)) as ground:
        [port] = choose_ports(HOST, {"the empty app": 0})
        arguments = [sys.executable, "-m", "tests.bench.studies.empty_http", "serve", str(port)]
        server = Child(Program("empty", arguments, {}, ground.file("empty.log")))
        try:
            until(lambda: answers(HOST, port, PAGE), "the empty app answers")
            wrks = {
                path: Wrk(ground, f"http://{HOST}:{port}", [Request(path)])
                for path in (PAGE, UNCHANGED)
            }
            found: dict[str, list[float]] = {path: [] for path in wrks}
            for _ in range(TURNS):
                for path, wrk in wrks.items():
                    found[path].append(wrk.run(SECONDS)["requests_per_second"])
        finally:
            server.ask_to_stop()
            server.wait()
    for path, seen in found.items():
        print(f"{path:10} {statistics.median(seen):8,.0f} a second")


if __name__ == "__main__":
    main()
