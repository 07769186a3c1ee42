"""Connections that do not wait for ever: a server that stands still keeps its sockets open.

Neither TCP nor `statement_timeout` ends such a wait: the kernel of a frozen server goes on
acknowledging, and its timeouts stand still with it. So the client looks at its own clock.
"""

import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import ClassVar

import psycopg
from psycopg import Connection, Cursor
from psycopg.abc import RV, PQGen, Query
from psycopg.pq import TransactionStatus
from psycopg.rows import DictRow

LOOK_EVERY_SECONDS = 0.1


class StoreSilent(psycopg.OperationalError):
    """The server has not answered in time; the connection is closed."""


class BoundedConnection(Connection[DictRow]):
    """Raises StoreSilent where the server has said nothing for too long, and is closed then.

    It is the bound of one statement. A statement of a transaction may have to wait for a lock as
    well, for as long as the server lets it.
    """

    ALONE_SECONDS_MAX: ClassVar[float]
    IN_TRANSACTION_SECONDS_MAX: ClassVar[float]

    answered_at = 0.0
    """When the server last answered here (`time.monotonic`)."""

    _begins = False

    @contextmanager
    def begun_by(self, statements: Query) -> Generator[Cursor[DictRow]]:
        """A transaction that these begin, all in one round trip; BEGIN is the first of them.

        Yields the cursor with what the last of them answered. Commits at the end, or rolls back
        if something is raised.
        """
        with self.cursor() as cursor:
            try:
                self._begin(cursor, statements)
                yield cursor
            except BaseException:  # Ctrl-C too: the pool's next user must find none open
                with suppress(psycopg.Error):  # then it is broken, and the pool drops it
                    self.rollback()
                raise
            self.commit()

    def _begin(self, cursor: Cursor[DictRow], statements: Query) -> None:
        self._begins = True
        try:
            cursor.execute(statements, prepare=False)
        finally:
            self._begins = False
        while cursor.nextset():
            pass

    def wait(
        self,
        gen: PQGen[RV],
        interval: float = LOOK_EVERY_SECONDS,
        timeout: float | None = None,
    ) -> RV:
        """As any connection, but for the bound, which is also that of `timeout`."""
        alone = self.pgconn.transaction_status == TransactionStatus.IDLE and not self._begins
        bound = self.ALONE_SECONDS_MAX if alone else self.IN_TRANSACTION_SECONDS_MAX
        try:
            answer = super().wait(
                _until(gen, bound if timeout is None else min(bound, timeout)), interval
            )
        except StoreSilent:
            self.close()  # whatever it answers later belongs to nobody
            raise
        self.answered_at = time.monotonic()
        return answer


def bounded(*, alone: float, in_transaction: float) -> type[BoundedConnection]:
    """Connections with these bounds, in seconds."""

    class Bounded(BoundedConnection):
        ALONE_SECONDS_MAX = alone
        IN_TRANSACTION_SECONDS_MAX = in_transaction

    return Bounded


def _until(gen: PQGen[RV], seconds: float) -> PQGen[RV]:
    """The same steps of a conversation, unless the server lets them wait so long.

    Whoever runs them says after each interval what is ready: nothing, if the server is silent.
    """
    deadline = time.monotonic() + seconds
    try:
        wanted = next(gen)
        while True:
            ready = yield wanted
            if not ready and time.monotonic() >= deadline:
                raise StoreSilent(f"the server has said nothing for {seconds:.1f} s")
            wanted = gen.send(ready)
    except StopIteration as end:
        return end.value
