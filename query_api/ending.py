"""Ends the tasks that run beside the requests."""

import asyncio
import logging
from typing import Any

logger = logging.getLogger(__name__)

AGAIN_SECONDS = 0.2
TIMES_MAX = 50


async def end(*tasks: "asyncio.Task[Any]") -> None:
    """Cancels these until they have ended.

    Once is not enough: redis-py sends by `asyncio.wait_for`, and in Python 3.11 that keeps a
    cancellation to itself which comes just when it is done.
    """
    left = {task for task in tasks if not task.done()}
    for _ in range(TIMES_MAX):
        if not left:
            return
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=AGAIN_SECONDS)
    logger.warning("%d tasks go on although they were cancelled", len(left))
