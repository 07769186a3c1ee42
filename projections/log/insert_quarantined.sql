-- Puts the event at a position into quarantine, unless it is or was there. Topic and aggregate are
-- the event's own; nothing of its payload is copied.
INSERT INTO slackwater_quarantine (position, originator_id, topic, reason)
SELECT notification_id, originator_id, topic, %(reason)s
FROM slackwater_events
WHERE notification_id = %(position)s
ON CONFLICT DO NOTHING
