-- The first event above a position, if there is one: how long has it been waiting?
SELECT state
FROM slackwater_events
WHERE notification_id > %(position)s
ORDER BY notification_id
LIMIT 1
