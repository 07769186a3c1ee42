"""What a delivery and a rebuild cost as there is more of everything: a straight line, or not."""

import random
from collections import Counter
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import psutil

from launcher.child import Child
from tests.bench.figures import Better, Goal, excess_over_line
from tests.bench.ground import Ground
from tests.bench.history import HistoryWriter, Person, authors, long_tailed_pairs
from tests.bench.row import Comparison, Contestants, Row
from tests.bench.rows.rebuild import rebuild
from tests.bench.world import World, world

SIZES = (1, 4, 16)
FOLLOWS_EACH = 20
POSTS_EACH = 5

DELIVERIES_WANTED = 1_000_000

OURS = f"at {', '.join(f'{size}x' for size in SIZES)} people, follows and posts"

DELIVERING = "CPU a delivery"
REBUILDING = "rebuild seconds"


@dataclass(frozen=True, slots=True)
class Grown:
    """A network of one size, kept up to date by workers."""

    made: World
    people: list[Person]
    followers: Counter[Person]
    workers: dict[str, Child]
    rng: random.Random

    def cpu_seconds_per_million(self, posts: int) -> dict[str, float]:
        """Of each process, for delivering so many more posts."""
        by = authors(self.rng, self.people, posts)
        before = self._cpu_seconds()
        HistoryWriter(self.made.write_model).posts(by)
        self.made.let_catch_up()
        deliveries = sum(self.followers[author] for author in by)
        return {
            name: (used - before[name]) * DELIVERIES_WANTED / deliveries
            for name, used in self._cpu_seconds().items()
        }

    def _cpu_seconds(self) -> dict[str, float]:
        server = self.made.redis.info("cpu")
        used = {"valkey": server["used_cpu_user_main_thread"] + server["used_cpu_sys_main_thread"]}
        for name, worker in self.workers.items():
            times = psutil.Process(worker.pid).cpu_times()
            used[name] = times.user + times.system
        return used


@contextmanager
def contestants(ground: Ground) -> Generator[Contestants]:
    """Every size on a database and a Valkey of its own; they are measured in turns."""
    people = ground.effort.of(tiny=30, quick=400, full=1_500)
    posts = ground.effort.of(tiny=20, quick=1_500, full=10_000)
    with ExitStack() as stack:
        grown = [_grown(ground, stack, size * people) for size in SIZES]

        def measure() -> Mapping[str, float]:
            spent = [each.cpu_seconds_per_million(posts) for each in grown]
            cpu = [sum(each.values()) for each in spent]
            rebuilt = [rebuild(each.made) for each in grown]
            seconds = [each["seconds"] for each in rebuilt]
            found = {
                DELIVERING: 100 * (max(cpu[1:]) / cpu[0] - 1),
                REBUILDING: 100 * excess_over_line([each["events"] for each in rebuilt], seconds),
            }
            for size, parts, one in zip(SIZES, spent, rebuilt, strict=True):
                found |= {
                    f"{name}_cpu_seconds_per_1m_deliveries_{size}x": value
                    for name, value in parts.items()
                }
                found |= {
                    f"rebuild_seconds_{size}x": one["seconds"],
                    f"rebuilt_events_{size}x": one["events"],
                }
            return found

        yield {OURS: measure}


def _grown(ground: Ground, stack: ExitStack, count: int) -> Grown:
    rng = random.Random(ground.seed)
    made = stack.enter_context(world(ground))
    writer = HistoryWriter(made.write_model)
    people = writer.people(count)
    pairs = long_tailed_pairs(rng, people, min(FOLLOWS_EACH, count // 3))
    writer.follows(pairs)
    writer.posts(authors(rng, people, POSTS_EACH * count))
    made.project(tables=False)
    workers = {name: stack.enter_context(made.worker(name)) for name in ("relay", "projector")}
    grown = Grown(made, people, Counter(followee for _, followee in pairs), workers, rng)
    grown.cpu_seconds_per_million(posts=100)  # until they are at work, they are only starting
    return grown


ROW = Row(
    "cost growth",
    (
        Comparison(DELIVERING, "% over linear", Better.LOWER, OURS, None, Goal(ours_max=15)),
        Comparison(REBUILDING, "% over linear", Better.LOWER, OURS, None, Goal(ours_max=15)),
    ),
    contestants,
)
