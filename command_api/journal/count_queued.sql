-- How many commands wait.
SELECT count(*) FROM entries
WHERE state = 'queued' AND id NOT IN (SELECT id FROM settled)
