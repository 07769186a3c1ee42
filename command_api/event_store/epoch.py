"""The epoch: which history the store holds."""

from psycopg import Cursor
from psycopg.rows import DictRow

from command_api.event_store.datastore import UrlDatastore
from command_api.event_store.queries import query


def read_epoch(datastore: UrlDatastore) -> str:
    """The epoch of this store's history. Raises the library's PersistenceError."""
    with datastore.get_connection() as conn, conn.cursor() as cursor:
        return epoch_in(cursor.execute(query("select_epoch"), prepare=True))


def epoch_in(answer: Cursor[DictRow]) -> str:
    """The epoch that `select_epoch` has answered with."""
    row = answer.fetchone()
    assert row is not None, "the epoch is created together with the store"
    return row["epoch"]
