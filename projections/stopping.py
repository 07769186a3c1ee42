"""Being asked to stop, by signals: who runs looks, and ends at a point of its own."""

import signal
import threading
from collections.abc import Sequence
from queue import Empty, SimpleQueue


class Stop(threading.Event):
    """An event that signal handlers may set.

    A plain one is not made for that: the handler runs inside whatever the main thread is doing, and
    if that is `set` or `wait`, it waits for a lock that its own thread holds, for ever. A
    SimpleQueue's `put` may interrupt itself and `get` (docs.python.org, queue, "reentrant").
    """

    def __init__(self) -> None:
        super().__init__()
        self._asked: SimpleQueue[None] = SimpleQueue()

    def is_set(self) -> bool:
        """Whether it was asked."""
        return not self._asked.empty()

    def set(self) -> None:
        """Asks, from a handler or any thread."""
        self._asked.put(None)

    def wait(self, timeout: float | None = None) -> bool:
        """Returns when it was asked, or after so many seconds; whether it was."""
        try:
            self._asked.get(timeout=timeout)
        except Empty:
            return False
        self._asked.put(None)  # for all who look after us
        return True


def stop_when_signalled(numbers: Sequence[signal.Signals]) -> Stop:
    """What these signals set from now on."""
    stop = Stop()
    for number in numbers:
        signal.signal(number, lambda _number, _frame: stop.set())
    return stop
