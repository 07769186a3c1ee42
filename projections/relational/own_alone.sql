-- And from here on to whoever makes it.
SELECT set_config('role', nullif(current_setting('slackwater.role_before', true), ''), true)
WHERE nullif(current_setting('slackwater.role_before', true), '') IS NOT NULL
