-- What all roles share, and nobody else: before anything is granted, everything is taken back. Both
-- are seen at once, at the end of the transaction.
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {roles};
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {roles};
REVOKE CREATE ON SCHEMA public FROM PUBLIC, {roles};
REVOKE CREATE, TEMPORARY ON DATABASE {database} FROM PUBLIC, {roles};
GRANT CONNECT ON DATABASE {database} TO {roles};
GRANT USAGE ON SCHEMA public TO {roles};
GRANT SELECT ON slackwater_events, slackwater_epoch TO {roles}
