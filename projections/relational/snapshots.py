"""Read-only snapshots of Postgres for the read side: few connections, and no long wait for any."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import psycopg
from psycopg import AsyncConnection, IsolationLevel
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from projections.errors import ProjectionUnavailable, RelationalUnreachable
from projections.relational.queries import query

logger = logging.getLogger(__name__)

POOL_SIZE = 8
"""All reads may come this way. One process asks for about as many at once as it can take in; with
more, Postgres' cores would only take turns, and writers share them."""

TURN_SECONDS_MAX = 1.0
"""How long a caller waits for one of these connections to be free."""

ANSWER_SECONDS_MAX = 2.0
"""How long Postgres may take to connect, and for each statement."""

PATIENCE_SECONDS = 1.5 * ANSWER_SECONDS_MAX
"""For an answer as a whole. A server that is frozen does not end statements by itself."""

AWAY_SECONDS = 1.0
"""A server that could not be reached counts as away for so long; callers need not wait again."""

NOT_BUILT = (
    "the relational projection has not been built here yet; its projector builds it by itself: "
    "try again shortly"
)

UNREACHABLE = (
    "Postgres, which keeps older posts and the past, does not answer; nothing is lost, try again "
    "shortly"
)

BUSY = (
    "more is being read from Postgres than it can answer in time; nothing is lost, try again "
    "shortly"
)

AWAY = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError)
"""How psycopg reports a server that cannot be reached, or that cut a connection off."""

Connection = AsyncConnection[TupleRow]
Answer = TypeVar("Answer")
Look = Callable[[Connection], Awaitable[Answer]]


class Snapshots:
    """A small pool, opened with the first question."""

    def __init__(self, database_url: str) -> None:
        self._pool = AsyncConnectionPool(
            database_url,
            connection_class=AsyncConnection[TupleRow],
            kwargs={
                "application_name": "slackwater query-api",
                "connect_timeout": int(ANSWER_SECONDS_MAX),
            },
            min_size=0,
            max_size=POOL_SIZE,
            open=False,
            configure=_for_reading,
            check=AsyncConnectionPool.check_connection,
            timeout=ANSWER_SECONDS_MAX,
            # As in the command API: the next caller tries again, no schedule that keeps growing.
            reconnect_timeout=ANSWER_SECONDS_MAX,
        )
        self._opened = False
        # Nobody waits for a connection inside the pool: who gets none there finds Postgres away,
        # and not just all connections in use.
        self._turns = asyncio.Semaphore(POOL_SIZE)
        self._away_until = 0.0
        self._is_away = False
        self._looks: set[asyncio.Task[Any]] = set()
        self._in_turn: set[asyncio.Task[Any]] = set()

    async def answer(self, look: Look[Answer]) -> Answer:
        """What `look` finds in one snapshot.

        Raises ProjectionUnavailable if there are no tables, RelationalUnreachable if Postgres
        does not answer in time, or too many ask.
        """
        self._check_that_it_is_not_away()
        try:
            await asyncio.wait_for(self._turns.acquire(), TURN_SECONDS_MAX)
        except TimeoutError as error:
            logger.warning("no connection to Postgres was free within %.0f s", TURN_SECONDS_MAX)
            raise RelationalUnreachable(BUSY) from error
        task = asyncio.ensure_future(self._look(look))
        self._looks.add(task)
        self._in_turn.add(task)
        task.add_done_callback(self._ended)
        done, _ = await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
        if not done:
            # It ends when it can; its connection comes back, or is dropped, then.
            self._end_turn(task)
            task.cancel()
            raise self._away(f"no answer within {PATIENCE_SECONDS:.0f} s")
        try:
            answer = task.result()
        except psycopg.errors.UndefinedTable as error:
            raise ProjectionUnavailable(NOT_BUILT) from error
        except psycopg.errors.QueryCanceled as error:
            logger.warning("a read was cut off: %s", error)
            raise RelationalUnreachable(UNREACHABLE) from error
        except AWAY as error:
            raise self._away(str(error)) from error
        self._answers()
        return answer

    async def close(self) -> None:
        """Closes the connections."""
        if self._opened:
            await self._pool.close()

    async def _look(self, look: Look[Answer]) -> Answer:
        # While this one waited for its turn, others may have found Postgres away.
        self._check_that_it_is_not_away()
        if not self._opened:
            await self._pool.open()
            self._opened = True
        async with self._pool.connection() as connection:
            return await look(connection)

    def _check_that_it_is_not_away(self) -> None:
        if time.monotonic() < self._away_until:
            raise RelationalUnreachable(UNREACHABLE)

    def _away(self, what: str) -> RelationalUnreachable:
        self._away_until = time.monotonic() + AWAY_SECONDS
        if not self._is_away:
            logger.warning("Postgres does not answer: %s", what)
        self._is_away = True
        return RelationalUnreachable(UNREACHABLE)

    def _answers(self) -> None:
        if self._is_away:
            logger.info("Postgres answers again")
        self._is_away = False

    def _end_turn(self, task: asyncio.Task[Any]) -> None:
        if task in self._in_turn:
            self._in_turn.remove(task)
            self._turns.release()

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._looks.discard(task)
        self._end_turn(task)
        if not task.cancelled():
            task.exception()  # seen, although its caller may be gone


async def _for_reading(connection: Connection) -> None:
    await connection.set_isolation_level(IsolationLevel.REPEATABLE_READ)
    await connection.set_read_only(True)
    await connection.set_autocommit(True)
    await connection.execute(
        query("set_reading"), {"answer_ms": str(int(1000 * ANSWER_SECONDS_MAX))}
    )
    await connection.set_autocommit(False)
