"""Coroutines that all do the same thing over and over for a while, on one event loop."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import uvloop


def awaited_calls_per_second(
    call: Callable[[], Awaitable[object]], callers: int, seconds: float
) -> float:
    """How many calls a second this many coroutines make together, on the loop that the APIs run on.

    Whatever a call raises is raised here.
    """

    async def repeat(until: float) -> int:
        done = 0
        while time.perf_counter() < until:
            await call()
            done += 1
        return done

    async def all_of_them() -> float:
        begun = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            running = [group.create_task(repeat(begun + seconds)) for _ in range(callers)]
        return sum(each.result() for each in running) / (time.perf_counter() - begun)

    return uvloop.run(all_of_them())
