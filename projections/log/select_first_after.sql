-- Of each of these positions the first event above it, if there is one: how long has it been waiting?
SELECT behind.position, following.state
FROM unnest(%(positions)s::bigint[]) AS behind (position)
CROSS JOIN LATERAL (
    SELECT state
    FROM slackwater_events
    WHERE notification_id > behind.position
    ORDER BY notification_id
    LIMIT 1
) AS following
