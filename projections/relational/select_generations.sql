-- Every generation, and where it stands.
SELECT
    generation.number, generation.active, generation.state,
    tracked.notification_id AS position, generation.release
FROM {generations} AS generation
JOIN {tracking} AS tracked ON tracked.application_name = {prefix} || generation.number
ORDER BY generation.number
