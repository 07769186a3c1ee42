-- A command's turn is over: it is done or rejected. What it was made of stands in the event store
-- if it is done.
UPDATE entries
SET state = :state, subject = :subject, accepted_at = :accepted_at, position = :position,
    status = :status, reason = :reason, settled_at = :settled_at,
    command = CASE WHEN :state = 'done' THEN NULL ELSE command END
WHERE id = :id AND state = 'queued'
