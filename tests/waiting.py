"""Waiting for a condition, with a bound."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import TypeVar, cast

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


async def eventually(
    look: Callable[[], Found | None] | Callable[[], Awaitable[Found | None]],
    what: str,
    seconds: float = SECONDS_MAX,
) -> Found:
    """The same in an event loop, which goes on meanwhile; who looks may have to await something."""
    deadline = time.monotonic() + seconds
    while True:
        seen = look()
        found = await cast("Awaitable[Found | None]", seen) if isawaitable(seen) else seen
        if found:
            return found
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        await asyncio.sleep(LOOK_EVERY_SECONDS)
