"""History in large pieces, straight from the store, as what it means to the tables.

A SELECT whose rows come in binary and all at once: psycopg hands out a COPY row by row, which
took twice as long.
"""

from psycopg import Cursor
from psycopg.rows import DictRow, tuple_row

from projections.log.quarantine import Quarantine
from projections.relational.fold import Changes
from projections.relational.queries import query
from projections.relational.recorder import Checkpoint

NO_END = 2**63 - 1


def read_history(
    cursor: Cursor[DictRow],
    quarantine: Quarantine,
    checkpoint: Checkpoint,
    until: int | None,
    limit: int,
) -> Changes | None:
    """What the next events mean, at most `limit`, none above `until`; None if there are none.

    Raises UnreadableEvent.
    """
    after, release = checkpoint.position, checkpoint.release
    bounds = {"after": after, "until": NO_END if until is None else until, "limit": limit}
    with cursor.connection.cursor(binary=True, row_factory=tuple_row) as rows:
        found = rows.execute(query("select_history"), bounds).fetchall()
    changes = Changes()
    for position, public_id, topic, state in found:
        body = quarantine.body(position, public_id.bytes, topic, state, release)
        is_torn = public_id in quarantine.gaps(release).aggregates
        changes.fold(position, public_id, body, is_torn=is_torn)
    return changes if found else None
