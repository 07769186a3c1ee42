"""Threads that all do the same thing over and over for a while."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor


def calls_per_second(work: Sequence[Callable[[], object]], seconds: float) -> float:
    """How many calls a second all of these make together, each on a thread of its own.

    Whatever a call raises is raised here.
    """
    start = threading.Barrier(len(work) + 1)
    stop = threading.Event()

    def repeat(call: Callable[[], object]) -> int:
        start.wait()
        done = 0
        while not stop.is_set():
            call()
            done += 1
        return done

    with ThreadPoolExecutor(len(work)) as pool:
        running = [pool.submit(repeat, call) for call in work]
        start.wait()
        begun = time.perf_counter()
        stop.wait(seconds)
        stop.set()
        done = sum(each.result() for each in running)
        return done / (time.perf_counter() - begun)
