-- Appends events, and remembers for a time what commands did.
-- MAINTAIN is for LOCK TABLE, without which positions would not appear in commit order.
GRANT INSERT, MAINTAIN ON slackwater_events TO slackwater_command_api;
GRANT USAGE ON SEQUENCE slackwater_events_notification_id_seq TO slackwater_command_api;
-- UPDATE of one column is for FOR UPDATE, with which several forget without meeting.
GRANT SELECT, INSERT, DELETE, UPDATE (recorded_at) ON slackwater_commands TO slackwater_command_api;
-- Makes keys and destroys them; ends what erased people leave behind.
GRANT SELECT, INSERT, DELETE ON slackwater_keys, slackwater_erasures TO slackwater_command_api;
-- What is in quarantine and cannot be read, nobody has to end.
GRANT SELECT ON slackwater_quarantine TO slackwater_command_api;
-- Says which request's trace the newest events are of.
GRANT SELECT, INSERT, UPDATE, DELETE ON slackwater_traces TO slackwater_command_api
