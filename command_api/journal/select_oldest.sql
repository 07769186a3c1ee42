-- The command whose turn it is.
SELECT * FROM entries WHERE state = 'queued' ORDER BY number LIMIT 1
