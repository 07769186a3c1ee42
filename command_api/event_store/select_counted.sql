-- Which of these positions are not in quarantine, or not any more.
SELECT position
FROM unnest(%(positions)s::bigint[]) AS given (position)
WHERE NOT EXISTS (
    SELECT FROM {quarantine} AS quarantined
    WHERE quarantined.position = given.position AND quarantined.released IS NULL
)
