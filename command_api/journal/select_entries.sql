-- The newest commands of the given state (any, if none is given), oldest first.
SELECT * FROM (
    SELECT * FROM entries
    WHERE :state IS NULL OR state = :state
    ORDER BY number DESC
    LIMIT :limit
) ORDER BY number
