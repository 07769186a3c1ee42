-- A store of before epochs were renewed gets the column that says what an epoch replaces.
ALTER TABLE slackwater_epoch ADD COLUMN IF NOT EXISTS replaces text
