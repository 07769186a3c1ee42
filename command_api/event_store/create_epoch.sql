-- The epoch names this one history. It is made with the store and never changed in place.
CREATE TABLE IF NOT EXISTS {epoch} (
    epoch text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row)
);
INSERT INTO {epoch} (epoch)
VALUES (substr(replace(gen_random_uuid()::text, '-', ''), 1, 12))
ON CONFLICT DO NOTHING
