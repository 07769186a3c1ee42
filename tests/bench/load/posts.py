"""Posts at an even pace, until asked to stop: `python -m tests.bench.load.posts RATE AUTHORS_FILE`.

A process of its own, so that it takes no time from whoever measures. It is given
SLACKWATER_DATABASE_URL. In the end it prints how many posts a second there were.
"""

import os
import signal
import sys
import threading
import time
from contextlib import closing
from itertools import count
from pathlib import Path
from uuid import UUID

from command_api.application import Slackwater
from tests.bench.history import TEXT

THREADS = 8


def main() -> None:
    """Writes."""
    rate = float(sys.argv[1])
    authors = [UUID(line) for line in Path(sys.argv[2]).read_text(encoding="utf-8").split()]
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())
    with closing(Slackwater(os.environ["SLACKWATER_DATABASE_URL"])) as write_model:
        write_model.open()
        begun = time.monotonic()
        written = [0] * THREADS

        def write(which: int) -> None:
            for number in count():
                # Each has its own places in one timetable, so that they do not come in bursts.
                if stop.wait(begun + (THREADS * number + which) / rate - time.monotonic()):
                    return
                author = authors[(THREADS * number + which) % len(authors)]
                write_model.publish(author_id=author, text=TEXT)
                written[which] += 1

        threads = [threading.Thread(target=write, args=(which,)) for which in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print(sum(written) / (time.monotonic() - begun), flush=True)


if __name__ == "__main__":
    main()
