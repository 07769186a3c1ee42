-- Keys go with registrations into the read models, from where names and texts are opened. Who answers
-- readers sees them through the view of whom a relational generation knows.
GRANT SELECT ON slackwater_keys
TO slackwater_relay, slackwater_projector, slackwater_audit, slackwater_operator, slackwater_tables
