-- Generations that were made before there were roles are handed over, too.
DO $$
DECLARE
    made text;
    kind text;
BEGIN
    FOR made IN
        SELECT nspname FROM pg_namespace
        WHERE nspname ~ '^slackwater_relational_[0-9]+$' AND nspowner <> 'slackwater_tables'::regrole
    LOOP
        EXECUTE format('ALTER SCHEMA %I OWNER TO slackwater_tables', made);
        FOREACH kind IN ARRAY ARRAY['people', 'posts', 'follows'] LOOP
            EXECUTE format('ALTER TABLE %I.%I OWNER TO slackwater_tables', made, kind);
        END LOOP;
        EXECUTE format('ALTER VIEW IF EXISTS %I.known_people OWNER TO slackwater_tables', made);
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO slackwater_query_api, slackwater_audit', made);
        EXECUTE format(
            'GRANT SELECT ON ALL TABLES IN SCHEMA %I TO slackwater_query_api, slackwater_audit', made
        );
    END LOOP;
END
$$
