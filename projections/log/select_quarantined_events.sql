-- The events in quarantine, or that were there, with their payloads, oldest first.
SELECT quarantined.*, event.state
FROM slackwater_quarantine AS quarantined
JOIN slackwater_events AS event ON event.notification_id = quarantined.position
ORDER BY quarantined.position
