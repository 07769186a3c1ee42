"""The processes of a campaign: each lives through every n-th history, on servers of its own."""

import multiprocessing
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from multiprocessing.queues import Queue
from queue import Empty

from tests.prove.campaign import prove
from tests.prove.tally import Tally

TELL_EVERY_SECONDS = 0.3

GRACE_SECONDS = 60.0
"""How long a process may go on after its time is up, before it is taken for stuck."""

Place = tuple[str, str]
"""A Valkey's URL and a database's."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a campaign is asked to do. `only`: one history alone; `histories`: at most so many."""

    seed: int
    seconds: float
    histories: int | None
    only: int | None


class Campaign:
    """All of it."""

    def __init__(self, order: Order, places: Sequence[Place]) -> None:
        self._order = order
        self._places = places

    def run(self, tell: Callable[[Tally, float], object]) -> tuple[Tally, float]:
        """Returns what was done, and in how many seconds. `tell` hears of it on the way."""
        context = multiprocessing.get_context("spawn")
        queue: Queue[Tally | None] = context.Queue()
        processes = [
            context.Process(
                target=_work, args=(self._order, place, rank, len(self._places), queue), daemon=True
            )
            for rank, place in enumerate(self._places)
        ]
        for process in processes:
            process.start()
        started, total, at_work = time.monotonic(), Tally(), len(processes)
        while at_work:
            seconds = time.monotonic() - started
            assert seconds < self._order.seconds + GRACE_SECONDS, "a process is stuck"
            try:
                tally = queue.get(timeout=1.0)
            except Empty:
                assert any(p.is_alive() for p in processes), "the processes ended without a word"
                continue
            if tally is None:
                at_work -= 1
            else:
                total.add(tally)
            tell(total, seconds)
        return total, time.monotonic() - started


def _work(
    order: Order, place: Place, rank: int, workers: int, queue: "Queue[Tally | None]"
) -> None:
    waiting, told = Tally(), time.monotonic()

    def tell(tally: Tally) -> None:
        nonlocal waiting, told
        waiting.add(tally)
        if time.monotonic() - told > TELL_EVERY_SECONDS:
            queue.put(waiting)
            waiting, told = Tally(), time.monotonic()

    numbers = range(rank, order.histories, workers) if order.histories else count(rank, workers)
    if order.only is not None:
        numbers = [order.only]
    try:
        prove(*place, order.seed, numbers, until=time.monotonic() + order.seconds, tell=tell)
    finally:
        queue.put(waiting)
        queue.put(None)
