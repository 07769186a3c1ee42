-- Rejected commands (one, if an id is given) wait again, behind all that wait already, in the order
-- in which they were accepted first.
UPDATE entries
SET number = (SELECT max(number) FROM entries) + again.place, state = 'queued', status = NULL,
    reason = NULL, settled_at = NULL
FROM (
    SELECT id, row_number() OVER (ORDER BY number) AS place
    FROM entries
    WHERE state = 'rejected' AND (:id IS NULL OR id = :id)
) AS again
WHERE entries.id = again.id
