-- How many events are in quarantine.
SELECT count(*) FROM slackwater_quarantine WHERE released IS NULL
