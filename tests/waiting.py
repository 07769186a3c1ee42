"""Waiting for a condition, with a bound."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

SECONDS_MAX = 30.0
LOOK_EVERY_SECONDS = 0.005

Found = TypeVar("Found")

_pause = threading.Event()


def until(look: Callable[[], Found | None], what: str, seconds: float = SECONDS_MAX) -> Found:
    """Looks until there is something to see (anything true), and returns it."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        _pause.wait(LOOK_EVERY_SECONDS)
    return found
