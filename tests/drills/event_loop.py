"""An event loop in a thread: traffic flows in it while a drill keeps its timetable."""

import asyncio
import threading
from collections.abc import Coroutine, Generator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, TypeVar

Found = TypeVar("Found")


class EventLoop:
    """Use `event_loop`."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def begin(self, work: Coroutine[Any, Any, Found]) -> Future[Found]:
        """Lets the work begin."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def finish(self, work: Coroutine[Any, Any, Found]) -> Found:
        """Returns when the work is done."""
        return self.begin(work).result()

    def stop(self) -> None:
        """Ends the loop."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@contextmanager
def event_loop() -> Generator[EventLoop]:
    """A loop that runs for as long as the context is."""
    loop = EventLoop()
    try:
        yield loop
    finally:
        loop.stop()
