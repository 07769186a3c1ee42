"""What a delivery costs Valkey as feeds become many, and at which end of its list it is cheaper.

`python -m tests.bench.studies.list_ends`: full feeds of 500 entries; a script pushes one post after
the other onto a thousand of them, drawn from all. CPU microseconds of Valkey's main thread for a
push, medians, the ends in turns; the append-only file is on, and never rewritten meanwhile.
"""

import random
import statistics
from collections.abc import Sequence

from redis import Redis

from tests.bench.effort import Depth, Effort
from tests.bench.ground import fresh_ground

FEEDS = (1_000, 4_000, 16_000, 64_000)
ENTRIES = 500
FOLLOWERS = 1_000
CALL_FEEDS = 250
ROUNDS = 40
ENDS = ("LPUSH", "RPUSH")
PIPELINED = 500

PUSH = """
for i = 3, #ARGV do
    redis.call(ARGV[2], 'f:' .. ARGV[i], ARGV[1])
end
"""


def main() -> None:
    """Measures and prints."""
    seed = random.randrange(1_000_000)
    rng = random.Random(seed)
    with fresh_ground(Effort(Depth.QUICK, 1), seed) as ground, ground.valkey() as (_, redis):
        redis.config_set("auto-aof-rewrite-percentage", 0)
        print(f"seed {seed}; microseconds a push")
        for feeds in FEEDS:
            _fill(redis, feeds, rng)
            taken = _microseconds(redis, feeds, rng)
            cells = "  ".join(f"{end} {statistics.median(taken[end]):.2f}" for end in ENDS)
            print(f"{feeds:6} feeds: {cells}", flush=True)


def _fill(redis: Redis, feeds: int, rng: random.Random) -> None:
    redis.execute_command("FLUSHALL", "SYNC")
    for first in range(0, feeds, PIPELINED):
        with redis.pipeline(transaction=False) as pipe:
            for feed in range(first, min(feeds, first + PIPELINED)):
                pipe.rpush(f"f:{feed}", *(rng.randrange(10**6, 10**7) for _ in range(ENTRIES)))
            pipe.execute()


def _microseconds(redis: Redis, feeds: int, rng: random.Random) -> dict[str, list[float]]:
    push = redis.register_script(PUSH)
    taken: dict[str, list[float]] = {end: [] for end in ENDS}
    for post in range(10**7, 10**7 + ROUNDS):
        for end in ENDS:
            followers = rng.sample(range(feeds), FOLLOWERS)
            before = _main_thread_seconds(redis)
            for first in range(0, FOLLOWERS, CALL_FEEDS):
                several: Sequence[int] = followers[first : first + CALL_FEEDS]
                push(args=[post, end, *several])
            seconds = _main_thread_seconds(redis) - before
            taken[end].append(1_000_000 * seconds / FOLLOWERS)
    return taken


def _main_thread_seconds(redis: Redis) -> float:
    cpu = redis.info("cpu")
    return cpu["used_cpu_user_main_thread"] + cpu["used_cpu_sys_main_thread"]


if __name__ == "__main__":
    main()
