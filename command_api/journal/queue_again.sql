-- A command that was done waits again, behind all that wait already: the history in which it was done
-- may be lost.
UPDATE entries
SET number = (SELECT max(number) FROM entries) + 1, state = 'queued', command = :command,
    epoch = NULL, position = NULL, settled_at = NULL
WHERE id = :id AND state = 'done'
