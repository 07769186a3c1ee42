"""Tasks beside the requests end when they are told to, one way or another."""

import asyncio
import contextlib

from query_api.ending import end


def test_a_task_that_keeps_a_cancellation_to_itself_is_cancelled_again() -> None:
    async def deaf_once() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.Event().wait()

    async def ended() -> bool:
        task, other = (asyncio.create_task(deaf_once()) for _ in range(2))
        await asyncio.wait({task, other}, timeout=0)
        await end(task, other)
        return task.done() and other.done()

    assert asyncio.run(ended())
