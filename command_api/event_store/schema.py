"""Makes the store's tables where they are missing. Safe to run by several at once."""

from command_api.event_store.datastore import UrlDatastore
from command_api.event_store.queries import EVENTS_TABLE, query
from command_api.event_store.recorder import GroupCommitRecorder

_SCHEMA_LOCK = 5_210_011  # an advisory lock's number: any, but always the same

_STATEMENTS = (
    "create_epoch",
    "create_quarantine",
    "create_commands",
    "create_keys",
    "create_guard",
    "create_traces",
)


def ensure_schema(datastore: UrlDatastore) -> None:
    """Creates the store's tables unless they exist. Raises the library's PersistenceError.

    Whoever finds all of it needs no right to make anything.
    """
    recorder = GroupCommitRecorder(datastore, events_table_name=EVENTS_TABLE)
    with datastore.get_connection() as conn:
        found = conn.execute(query("schema_stands"), prepare=False).fetchone()
        if found is not None and found["stands"]:
            return
        conn.execute("SELECT pg_advisory_lock(%s)", (_SCHEMA_LOCK,))
        try:
            recorder.create_table()
            for name in _STATEMENTS:
                conn.execute(query(name), prepare=False)
        finally:
            conn.execute("SELECT pg_advisory_unlock(%s)", (_SCHEMA_LOCK,))
