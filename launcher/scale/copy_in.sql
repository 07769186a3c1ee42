-- Events in large blocks, each with its position.
COPY slackwater_events (originator_id, originator_version, topic, state, notification_id)
FROM STDIN (FORMAT binary)
