-- The log after a position and up to another, oldest first, as a bulk load reads it.
SELECT notification_id, originator_id, topic, state
FROM {events}
WHERE notification_id > %(after)s AND notification_id <= %(until)s
ORDER BY notification_id
LIMIT %(limit)s
