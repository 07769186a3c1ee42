-- How many commands wait.
SELECT count(*) FROM entries WHERE state = 'queued'
