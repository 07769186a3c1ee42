-- The registry of generations: which there are, and which one readers follow. A number is never
-- given twice.
CREATE TABLE IF NOT EXISTS {generations} (
    number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    active boolean NOT NULL DEFAULT false,
    state text NOT NULL CHECK (state IN ('building', 'live', 'resting')),
    CHECK (state = 'live' OR NOT active)
);
CREATE UNIQUE INDEX IF NOT EXISTS slackwater_relational_one_active
ON {generations} (active)
WHERE active
