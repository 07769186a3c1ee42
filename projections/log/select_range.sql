-- The log after one position up to another, oldest first.
SELECT notification_id, originator_id, topic, state
FROM slackwater_events
WHERE notification_id > %(after)s AND notification_id <= %(until)s
ORDER BY notification_id
