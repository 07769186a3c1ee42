-- The newest position.
SELECT max(notification_id) AS head
FROM {events}
