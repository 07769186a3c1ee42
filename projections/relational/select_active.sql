-- The active generation, where it stands, and whether the store still has there what it applied;
-- no row if there is none.
SELECT
    generation.number,
    tracked.notification_id AS position,
    generation.release,
    tracked.notification_id = 0 OR EXISTS (
        SELECT
        FROM {events} AS event
        JOIN {applied} AS applied ON applied.number = generation.number
        WHERE event.notification_id = tracked.notification_id
            AND applied.event
            = md5(event.originator_id::text || event.topic || encode(event.state, 'hex'))
    ) AS holds
FROM {generations} AS generation
JOIN {tracking} AS tracked ON tracked.application_name = {prefix} || generation.number
WHERE generation.active
