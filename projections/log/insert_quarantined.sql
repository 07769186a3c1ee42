-- Puts an event into quarantine, unless it is or was there: this very event, not whatever stands at
-- its position in a store that was restored since it was read. Nothing of its payload is copied.
INSERT INTO slackwater_quarantine (position, originator_id, topic, reason)
SELECT notification_id, originator_id, topic, %(reason)s
FROM slackwater_events
WHERE notification_id = %(position)s
    AND originator_id = %(originator_id)s
    AND topic = %(topic)s
    AND state = %(state)s
ON CONFLICT DO NOTHING
