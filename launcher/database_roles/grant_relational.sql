-- Generations of the relational projection belong to one role, whoever of its members made them, so
-- that all of these can feed, mend and drop them. Readers of each generation see it from the start.
GRANT CREATE ON DATABASE {database} TO slackwater_tables;
GRANT slackwater_tables TO slackwater_relational_projector, slackwater_operator, CURRENT_USER;
GRANT SELECT, INSERT, UPDATE, DELETE
ON slackwater_relational_generations, slackwater_relational_applied, slackwater_tracking
TO slackwater_relational_projector, slackwater_operator;
ALTER DEFAULT PRIVILEGES FOR ROLE slackwater_tables
GRANT USAGE ON SCHEMAS TO slackwater_query_api, slackwater_audit;
ALTER DEFAULT PRIVILEGES FOR ROLE slackwater_tables
GRANT SELECT ON TABLES TO slackwater_query_api, slackwater_audit
