-- Forgets some of the commands that were recorded too long ago. A bounded step.
DELETE FROM {commands}
WHERE id IN (
    SELECT id
    FROM {commands}
    WHERE recorded_at < now() - make_interval(secs => %(seconds)s)
    ORDER BY recorded_at
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
