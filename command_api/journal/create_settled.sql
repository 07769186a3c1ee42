-- What was settled since that was last written to the file. It stands in memory, so that a disk which
-- takes nothing does not stop the replay. Lost with the process it does no harm: the event store
-- knows what is done, and a rejection is not told before it is written.
PRAGMA temp_store = MEMORY;
CREATE TEMP TABLE settled (
    id TEXT PRIMARY KEY,
    subject TEXT NOT NULL,
    accepted_at TEXT NOT NULL,
    epoch TEXT,
    state TEXT NOT NULL,
    position INTEGER,
    status INTEGER,
    reason TEXT,
    settled_at REAL NOT NULL
) WITHOUT ROWID;
