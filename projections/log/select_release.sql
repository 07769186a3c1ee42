-- The number of the newest retry; 0 if there was none.
SELECT coalesce(max(released), 0) FROM slackwater_quarantine
