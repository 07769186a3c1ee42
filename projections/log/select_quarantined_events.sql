-- The events in quarantine, or that were there, as they stand in the log now, oldest first.
SELECT
    event.notification_id AS position, event.originator_id, event.topic, event.state,
    quarantined.reason, quarantined.since, quarantined.released
FROM slackwater_quarantine AS quarantined
JOIN slackwater_events AS event ON event.notification_id = quarantined.position
ORDER BY event.notification_id
