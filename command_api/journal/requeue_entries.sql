-- Rejected commands (one, if an id is given) wait again, behind all that wait already, in the order
-- in which they were accepted first. Not those of which nothing is left.
UPDATE entries
SET number = (SELECT max(number) FROM entries) + again.place, state = 'queued', status = NULL,
    reason = NULL, settled_at = NULL
FROM (
    SELECT id, row_number() OVER (ORDER BY number) AS place
    FROM entries
    WHERE state = 'rejected' AND command IS NOT NULL AND (:id IS NULL OR id = :id)
) AS again
WHERE entries.id = again.id
