-- Everybody whose names can be read: with the key to them, or without one if they are not sealed. Who
-- is erased is not here from the moment on at which the key is destroyed, whatever an answer is as of.
-- Before it the columns that tables of before anything was sealed do not have.
ALTER TABLE {people} ADD COLUMN IF NOT EXISTS is_sealed boolean NOT NULL DEFAULT false;
ALTER TABLE {posts} ADD COLUMN IF NOT EXISTS is_sealed boolean NOT NULL DEFAULT false;
CREATE OR REPLACE VIEW {known_people} AS
SELECT person.*, key.key
FROM {people} AS person
LEFT JOIN slackwater_keys AS key ON key.number = person.number
WHERE NOT person.is_sealed OR key.key IS NOT NULL
