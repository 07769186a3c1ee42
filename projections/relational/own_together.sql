-- What is made next in this transaction belongs to the role that owns all generations, if this
-- database has one and whoever asks is a member of it.
SELECT
    set_config('slackwater.role_before', current_setting('role'), true),
    set_config('role', rolname, true)
FROM pg_roles
WHERE rolname = 'slackwater_tables'
    AND has_database_privilege(oid, current_database(), 'CREATE')
    AND pg_has_role(oid, 'MEMBER')
