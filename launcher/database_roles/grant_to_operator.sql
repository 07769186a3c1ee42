-- Rebuilds and repairs, and gives back what was in quarantine.
GRANT SELECT, INSERT (position, originator_id, topic, reason), UPDATE (released)
ON slackwater_quarantine
TO slackwater_operator
