-- Remembers commands together with their events. Runs in the same transaction, under the table
-- lock, after a look for their ids.
INSERT INTO {commands} (id, person, subject, fingerprint, accepted_at, position)
SELECT *
FROM unnest(
    %(ids)s::uuid[],
    %(persons)s::uuid[],
    %(subjects)s::uuid[],
    %(fingerprints)s::bytea[],
    %(accepted)s::timestamptz[],
    %(positions)s::bigint[]
)
