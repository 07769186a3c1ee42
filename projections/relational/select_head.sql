-- The newest position in the store; 0 while there is no history.
SELECT coalesce(max(notification_id), 0) AS position FROM {events}
