-- What happened is never changed or removed: Postgres refuses it, to the owner of the table as well.
-- Fires once for a statement, whatever it would have met, and never for what is appended.
CREATE OR REPLACE FUNCTION {refuse_rewriting}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of %: events are never changed or removed', TG_OP, TG_TABLE_NAME
    USING
        ERRCODE = 'insufficient_privilege',
        HINT = 'Append another event. For another history, restore a backup into an empty database.';
END
$$;
CREATE OR REPLACE TRIGGER slackwater_events_stand
BEFORE UPDATE OR DELETE OR TRUNCATE ON {events}
FOR EACH STATEMENT EXECUTE FUNCTION {refuse_rewriting}()
