-- The newest position, and when that event happened; no row while there is no history.
SELECT notification_id, state
FROM slackwater_events
ORDER BY notification_id DESC
LIMIT 1
