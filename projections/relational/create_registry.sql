-- The registry of generations: which there are, and which one readers follow. A number is never
-- given twice. release: the newest retry of the quarantine that the generation knows.
CREATE TABLE IF NOT EXISTS {generations} (
    number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    active boolean NOT NULL DEFAULT false,
    state text NOT NULL CHECK (state IN ('building', 'live', 'resting')),
    release integer NOT NULL DEFAULT 0,
    CHECK (state = 'live' OR NOT active)
);
-- In a registry of before there were retries. Not tried if it is there: that would lock readers out.
DO $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_attribute
        WHERE attrelid = '{generations}'::regclass AND attname = 'release'
    ) THEN
        ALTER TABLE {generations} ADD COLUMN release integer NOT NULL DEFAULT 0;
    END IF;
END
$$;
CREATE UNIQUE INDEX IF NOT EXISTS slackwater_relational_one_active
ON {generations} (active)
WHERE active;
-- What stood in the store where each generation stands, so that one of a history that the store
-- does not have any more is known.
CREATE TABLE IF NOT EXISTS {applied} (
    number integer PRIMARY KEY,
    event text NOT NULL
)
