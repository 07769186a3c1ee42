"""Delivers without pause, until asked to stop: `python -m tests.bench.load.deliveries FOLLOWERS`.

One author's posts, each to so many full feeds, through the projector's own script, into a
generation of its own that nobody reads. It is given SLACKWATER_REDIS_URL; in the end it prints how
many deliveries a second there were.
"""

import os
import signal
import sys
import threading
import time

from domain.events import Followed, Published
from projections.home_feed.apply import PROJECTION
from projections.worker import connect_redis
from tests.bench.history import TEXT
from tests.bench.log import AT, Applier, Log

SHARDS, WINDOW = 4, 500
POSTS_AT_ONCE = 10

READY = "delivering"


def main() -> None:
    """Delivers."""
    followers, stop = int(sys.argv[1]), threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())
    author, readers = 2, range(4, 4 + 2 * followers, 2)
    with connect_redis(os.environ["SLACKWATER_REDIS_URL"]) as redis:
        log = Log()
        applier = Applier(redis, PROJECTION, shards=SHARDS, window=WINDOW, number=os.getpid())
        applier.apply(log.grow(Followed(at=AT, follower=each, followee=author) for each in readers))
        post = Published(at=AT, author=author, text=TEXT)
        applier.apply(log.grow([post] * WINDOW))
        print(READY, flush=True)
        begun, posts = time.monotonic(), 0
        while not stop.is_set():
            applier.apply(log.grow([post] * POSTS_AT_ONCE))
            posts += POSTS_AT_ONCE
        print(posts * followers / (time.monotonic() - begun), flush=True)


if __name__ == "__main__":
    main()
