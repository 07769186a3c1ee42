-- The next append goes on after the last position.
SELECT setval(pg_get_serial_sequence('slackwater_events', 'notification_id'), {last})
