-- Forgets some of what was settled too long ago. A bounded step.
DELETE FROM entries
WHERE number IN (
    SELECT number FROM entries
    WHERE settled_at < CASE state WHEN 'done' THEN :done_before ELSE :rejected_before END
    ORDER BY settled_at
    LIMIT :limit
)
