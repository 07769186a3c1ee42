"""Deliveries a second: one author's posts, each to a thousand followers."""

import time
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager

from redis import Redis

from domain.events import Followed, Published
from projections.home_feed.apply import PROJECTION
from tests.bench.figures import Better, Goal
from tests.bench.ground import Ground
from tests.bench.history import TEXT
from tests.bench.log import AT, Applier, Log
from tests.bench.peers import mastodon
from tests.bench.peers.stream_framework import StreamFramework, environment, fan_out
from tests.bench.row import Comparison, Contestants, Measure, NotAvailable, Row

FOLLOWERS = 1_000
SHARDS, WINDOW = 4, 500
"""As a projection is built where nothing else is set."""

OURS = "the projector's script"
MASTODON = "ZADD + trim to 400, redis-py pipelines"
STREAM_FRAMEWORK = "Stream-Framework 1.4"

FIGURE = "deliveries"


@contextmanager
def contestants(ground: Ground) -> Generator[Contestants]:
    """On one Valkey; ours and Mastodon's feeds are full before, so that each post is trimmed."""
    effort = ground.effort
    followers = effort.of(tiny=20, quick=FOLLOWERS, full=FOLLOWERS)
    with ExitStack() as stack:
        url, redis = stack.enter_context(ground.valkey())
        yield {
            OURS: _ours(redis, followers, effort.of(tiny=5, quick=300, full=1_500)),
            MASTODON: _mastodon(redis, followers, effort.of(tiny=5, quick=50, full=200)),
            STREAM_FRAMEWORK: _stream_framework(
                ground, stack, url, followers, effort.of(tiny=2, quick=8, full=20)
            ),
        }


def _ours(redis: Redis, followers: int, posts: int) -> Measure:
    author, readers = 2, range(4, 4 + 2 * followers, 2)
    log, applier = Log(), Applier(redis, PROJECTION, shards=SHARDS, window=WINDOW)
    applier.apply(log.grow(Followed(at=AT, follower=each, followee=author) for each in readers))
    post = Published(at=AT, author=author, text=TEXT)
    applier.apply(log.grow([post] * WINDOW))

    def measure() -> Mapping[str, float]:
        entries = log.grow([post] * posts)
        begun = time.perf_counter()
        applier.apply(entries)
        return {FIGURE: posts * followers / (time.perf_counter() - begun)}

    return measure


def _mastodon(redis: Redis, followers: int, posts: int) -> Measure:
    people = range(followers)
    mastodon.fill(redis, people, mastodon.ENTRIES_MAX)
    newest = 7 * mastodon.ENTRIES_MAX

    def measure() -> Mapping[str, float]:
        nonlocal newest
        begun = time.perf_counter()
        for _ in range(posts):
            newest += 7
            mastodon.deliver(redis, newest, people)
        return {FIGURE: posts * followers / (time.perf_counter() - begun)}

    return measure


def _stream_framework(
    ground: Ground, stack: ExitStack, url: str, followers: int, activities: int
) -> Measure | NotAvailable:
    python = environment(ground.kept)
    if isinstance(python, NotAvailable):
        return python
    peer: StreamFramework = stack.enter_context(
        fan_out(
            python,
            url.removeprefix("unix://"),
            followers=followers,
            activities=activities,
            length=mastodon.ENTRIES_MAX,
        )
    )
    return lambda: {FIGURE: peer.deliveries_per_second()}


ROW = Row(
    "fan-out",
    (
        Comparison(FIGURE, "deliveries/s", Better.HIGHER, OURS, MASTODON, Goal(ratio_min=8)),
        Comparison(
            FIGURE, "deliveries/s", Better.HIGHER, OURS, STREAM_FRAMEWORK, Goal(ratio_min=100)
        ),
    ),
    contestants,
    warms_up=True,
)
