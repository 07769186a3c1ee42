-- What stands at a position.
SELECT originator_id, topic, state
FROM slackwater_events
WHERE notification_id = %(position)s
