-- The active generation and where it stands; no row if there is none.
SELECT generation.number, tracked.notification_id AS position, generation.release
FROM {generations} AS generation
JOIN {tracking} AS tracked ON tracked.application_name = {prefix} || generation.number
WHERE generation.active
