-- A store of before epochs were renewed gets the column that says what an epoch replaces. Not tried
-- if it is there: only the owner of the table may, and a relay need not be that.
DO $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_attribute
        WHERE attrelid = 'slackwater_epoch'::regclass AND attname = 'replaces'
    ) THEN
        ALTER TABLE slackwater_epoch ADD COLUMN IF NOT EXISTS replaces text;
    END IF;
END
$$
