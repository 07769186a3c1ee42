"""History in large pieces, straight from the store, as what it means to the tables.

A SELECT whose rows come in binary and all at once: psycopg hands out a COPY row by row, which
took twice as long.
"""

from psycopg import Cursor
from psycopg.rows import DictRow, tuple_row

from domain.codec import CODEC
from projections.relational.fold import Changes
from projections.relational.queries import query

NO_END = 2**63 - 1


def read_history(
    cursor: Cursor[DictRow], after: int, until: int | None, limit: int
) -> Changes | None:
    """What the next events mean, at most `limit`, none above `until`; None if there are none.

    `after` is itself in the log, or 0. Raises UnreadableEvent.
    """
    bounds = {"after": after, "until": NO_END if until is None else until, "limit": limit}
    with cursor.connection.cursor(binary=True, row_factory=tuple_row) as rows:
        found = rows.execute(query("select_history"), bounds).fetchall()
    changes = Changes()
    for position, public_id, topic, state in found:
        changes.fold(position, public_id, CODEC.decode(topic, state))
    return changes if found else None
