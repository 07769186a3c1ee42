-- The active generation, the position that an answer holds for (its own, or up_to if that is
-- lower), the history it belongs to, the newest retry of the quarantine that it knows, the newest
-- position, and the first event that is missing. No row if the generation is of a history that the
-- store does not have any more.
SELECT
    generation.number,
    least(tracked.notification_id, %(up_to)s::bigint) AS position,
    (SELECT epoch FROM {epoch}) AS epoch,
    generation.release,
    (SELECT coalesce(max(notification_id), 0) FROM {events}) AS head,
    (
        SELECT event.state
        FROM {events} AS event
        WHERE event.notification_id > least(tracked.notification_id, %(up_to)s::bigint)
        ORDER BY event.notification_id
        LIMIT 1
    ) AS missing
FROM {generations} AS generation
JOIN {tracking} AS tracked ON tracked.application_name = {prefix} || generation.number
WHERE generation.active
    AND (
        tracked.notification_id = 0
        OR EXISTS (
            SELECT
            FROM {events} AS event
            JOIN {applied} AS applied ON applied.number = generation.number
            WHERE event.notification_id = tracked.notification_id
                AND applied.event
                = md5(event.originator_id::text || event.topic || encode(event.state, 'hex'))
        )
    )
