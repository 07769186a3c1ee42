-- The log after a position, oldest first. Positions appear in commit order (the writers hold a
-- table lock), so what comes back is never followed later by something below it.
SELECT notification_id, originator_id, topic, state
FROM slackwater_events
WHERE notification_id > %(after)s
ORDER BY notification_id
LIMIT %(limit)s
