-- The commands that came while the event store was away, in the order in which they were accepted.
-- What is done keeps no payload; what was rejected keeps it, so that it can be tried again, but for
-- registrations, which are refused for good.
-- epoch: of the history in which it was done.
CREATE TABLE IF NOT EXISTS entries (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    person TEXT NOT NULL,
    kind TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    subject TEXT NOT NULL,
    accepted_at TEXT NOT NULL,
    command BLOB,
    state TEXT NOT NULL CHECK (state IN ('queued', 'done', 'rejected')),
    epoch TEXT,
    position INTEGER,
    status INTEGER,
    reason TEXT,
    settled_at REAL
);
CREATE INDEX IF NOT EXISTS entries_by_state ON entries (state, number);
CREATE INDEX IF NOT EXISTS entries_by_age ON entries (settled_at) WHERE settled_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS probe (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    at REAL NOT NULL,
    room BLOB NOT NULL
);
