"""Connections that do not wait for ever: a server that stands still keeps its sockets open.

Neither TCP nor `statement_timeout` ends such a wait: the kernel of a frozen server goes on
acknowledging, and its timeouts stand still with it. So the client looks at its own clock.
"""

import time
from typing import ClassVar

import psycopg
from psycopg import Connection
from psycopg.abc import RV, PQGen
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

    def wait(
        self,
        gen: PQGen[RV],
        interval: float = LOOK_EVERY_SECONDS,
        timeout: float | None = None,
    ) -> RV:
        """As any connection, but for the bound, which is also that of `timeout`."""
        alone = self.pgconn.transaction_status == TransactionStatus.IDLE
        bound = self.ALONE_SECONDS_MAX if alone else self.IN_TRANSACTION_SECONDS_MAX
        try:
            return super().wait(
                _until(gen, bound if timeout is None else min(bound, timeout)), interval
            )
        except StoreSilent:
            self.close()  # whatever it answers later belongs to nobody
            raise


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
