-- The version and position of an aggregate's newest event.
SELECT originator_version, notification_id
FROM {events}
WHERE originator_id = %(originator_id)s
ORDER BY originator_version DESC
LIMIT 1
