-- What commands with an Idempotency-Key did, and those that came out of a journal. A row is
-- written in the transaction of the command's events, and forgotten after a stated time.
CREATE TABLE IF NOT EXISTS {commands} (
    id uuid PRIMARY KEY,
    person uuid NOT NULL,
    subject uuid NOT NULL,
    fingerprint bytea NOT NULL,
    accepted_at timestamptz NOT NULL,
    position bigint NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS {commands_by_age} ON {commands} (recorded_at);
-- Who is erased holds nobody up while theirs are looked for.
CREATE INDEX IF NOT EXISTS {commands_by_person} ON {commands} (person)
