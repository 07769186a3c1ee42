-- The commands whose turn it is next, in order.
SELECT * FROM entries
WHERE state = 'queued' AND id NOT IN (SELECT id FROM settled)
ORDER BY number
LIMIT :limit
