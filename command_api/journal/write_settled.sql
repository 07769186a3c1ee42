-- Writes what was settled to the file. What a command was made of stands in the event store if it is
-- done. A registration that was refused is refused for good, and nobody would ever be erased whose it
-- was: so nobody would have its names forgotten.
UPDATE entries
SET state = settled.state, subject = settled.subject, accepted_at = settled.accepted_at,
    epoch = settled.epoch, position = settled.position, status = settled.status,
    reason = settled.reason, settled_at = settled.settled_at,
    command = CASE
        WHEN settled.state = 'done' OR (kind = 'register' AND settled.status < 500) THEN NULL
        ELSE command
    END
FROM settled
WHERE entries.id = settled.id AND entries.state = 'queued'
