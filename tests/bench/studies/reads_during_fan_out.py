"""What readers notice of heavy fan-out, and how long the projector's script holds Redis up.

`python -m tests.bench.studies.reads_during_fan_out [SECONDS]`: pages of 20 posts by wrk on four
connections, with nobody writing and while one process delivers posts to 10,000 followers without a
pause, in turns. The script's calls are timed by Redis itself (SLOWLOG).
"""

import random
import statistics
import sys
from collections.abc import Sequence

from redis import Redis

from tests.bench.effort import Depth, Effort
from tests.bench.ground import fresh_ground
from tests.bench.load import deliveries
from tests.bench.read_world import PAGE, read_world
from tests.bench.wrk import Request, Wrk
from tests.waiting import until

SECONDS = 10.0
TURNS = 3
CONNECTIONS = 4
FOLLOWERS = 10_000
SLOW_MICROSECONDS = 1_000
SLOW_KEPT = 100_000


def main() -> None:
    """Measures and prints."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    seed = random.randrange(1_000_000)
    loader = [sys.executable, "-m", deliveries.__name__, str(FOLLOWERS)]
    with fresh_ground(Effort(Depth.QUICK, 1), seed) as ground:
        read = ground.shared(read_world)
        world, redis = read.world, read.world.redis
        redis.config_set("slowlog-max-len", SLOW_KEPT)
        print(f"seed {seed}; {TURNS} turns of {seconds:.0f} s each")
        with world.serving("query-api") as address:
            requests = [
                Request(f"/feed/?limit={PAGE}", {"Authorization": f"Bearer {world.token(one.id)}"})
                for one in read.readers
            ]
            wrk = Wrk(ground, address, requests, CONNECTIONS)
            wrk.run(seconds)
            for _ in range(TURNS):
                _show("nobody writes", wrk.run(seconds))
                with world.program(loader, {}) as loading:
                    until(lambda: deliveries.READY in loading.last_words(), "it delivers", 60)
                    redis.config_set("slowlog-log-slower-than", SLOW_MICROSECONDS)
                    redis.slowlog_reset()
                    _show("heavy fan-out", wrk.run(seconds))
                    _show_calls(_slow_milliseconds(redis))
                    loading.ask_to_stop()
                    until(lambda: loading.exit_code() is not None, "the loader ends")
                    print(f"    {float(loading.last_words(lines=1)):,.0f} deliveries/s")


def _show(when: str, seen: dict[str, float]) -> None:
    print(
        f"{when}: {seen['requests_per_second']:,.0f} pages/s, "
        f"p50 {seen['p50_ms']:.1f} ms, p99 {seen['p99_ms']:.1f} ms",
        flush=True,
    )


def _show_calls(times: Sequence[float]) -> None:
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    print(
        f"    {len(times):,} calls of more than {SLOW_MICROSECONDS / 1_000:.0f} ms: "
        f"p50 {cuts[49]:.1f} ms, p99 {cuts[98]:.1f} ms, the longest {max(times):.1f} ms, "
        f"{sum(one > 10 for one in times) / len(times):.1%} over 10 ms"
    )


def _slow_milliseconds(redis: Redis) -> list[float]:
    return [
        entry["duration"] / 1_000
        for entry in redis.slowlog_get(SLOW_KEPT)
        if entry["command"].startswith(b"EVALSHA")
    ]


if __name__ == "__main__":
    main()
