"""A relay that looks at the store ten times a second, as outboxes are commonly polled.

`python -m tests.bench.peers.polling_relay`: ours in everything but that it does not listen for the
NOTIFY of who writes. It is given SLACKWATER_DATABASE_URL and SLACKWATER_REDIS_URL.
"""

import os
import signal
import threading
import time

from projections.catalogue import NAMES
from projections.derived import DerivedReadModels
from projections.log.relay import Relay
from projections.log.store import Store
from projections.log.stream import Stream
from projections.membership import Member
from projections.worker import connect_redis

EVERY_SECONDS = 0.1


class PolledStore(Store):
    """Whoever waits for something new waits for the next look."""

    def wait_for_hint(self, seconds: float) -> bool:
        """Returns at the next tenth of a second, whether there is something new or not."""
        del seconds
        time.sleep(EVERY_SECONDS)
        return True


def main() -> None:
    """Carries until SIGTERM. A server that goes away ends it: nobody measures on without one."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())
    redis = connect_redis(os.environ["SLACKWATER_REDIS_URL"])
    store = PolledStore(os.environ["SLACKWATER_DATABASE_URL"], application="polling relay")
    member = Member(redis, "relay")
    relay = Relay(store, Stream(redis), member, DerivedReadModels(redis, NAMES))
    while not stop.is_set():
        relay.step(stop.wait)
    member.leave()
    store.close()


if __name__ == "__main__":
    main()
