-- Whoever answers readers, or holds what they see against history, changes nothing.
GRANT SELECT
ON slackwater_quarantine, slackwater_relational_generations, slackwater_relational_applied,
    slackwater_tracking
TO slackwater_query_api, slackwater_audit
