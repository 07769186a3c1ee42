-- A command's turn is over: it is done or rejected. To be written to the file soon.
INSERT OR IGNORE INTO settled
SELECT :id, :subject, :accepted_at, :epoch, :state, :position, :status, :reason, :settled_at
WHERE EXISTS (SELECT 1 FROM entries WHERE id = :id AND state = 'queued')
