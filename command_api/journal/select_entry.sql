-- One command, by its id. What is done is told also before it is written to the file; a rejection is
-- not, since nobody but the file knows of it: after a crash the rules are asked anew.
SELECT
    number, id, person, kind, fingerprint, command, status, reason,
    coalesce(settled.subject, entries.subject) AS subject,
    coalesce(settled.accepted_at, entries.accepted_at) AS accepted_at,
    coalesce(settled.epoch, entries.epoch) AS epoch,
    coalesce(settled.state, entries.state) AS state,
    coalesce(settled.position, entries.position) AS position
FROM entries
LEFT JOIN (
    SELECT id, subject, accepted_at, epoch, state, position FROM settled WHERE state = 'done'
) AS settled USING (id)
WHERE entries.id = :id
