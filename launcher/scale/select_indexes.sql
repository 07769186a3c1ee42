-- How each index of the event store is removed, and how it is made again, the very same.
SELECT
    CASE
        WHEN conname IS NULL THEN format('DROP INDEX %s', indexrelid::regclass)
        ELSE format('ALTER TABLE %s DROP CONSTRAINT %I', indrelid::regclass, conname)
    END,
    CASE
        WHEN conname IS NULL THEN pg_get_indexdef(indexrelid)
        ELSE format(
            'ALTER TABLE %s ADD CONSTRAINT %I %s',
            indrelid::regclass, conname, pg_get_constraintdef(pg_constraint.oid)
        )
    END
FROM pg_index
LEFT JOIN pg_constraint ON conindid = indexrelid AND contype IN ('p', 'u')
WHERE indrelid = 'slackwater_events'::regclass
ORDER BY indexrelid
