-- The epoch names this one history. It is made with the store; the active relay renews it when it
-- finds that the store was replaced, and notes which one the read models carried until then.
CREATE TABLE IF NOT EXISTS {epoch} (
    epoch text NOT NULL,
    replaces text,
    created_at timestamptz NOT NULL DEFAULT now(),
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row)
);
-- In a store of before epochs were renewed.
ALTER TABLE {epoch} ADD COLUMN IF NOT EXISTS replaces text;
INSERT INTO {epoch} (epoch)
VALUES (substr(replace(gen_random_uuid()::text, '-', ''), 1, 12))
ON CONFLICT DO NOTHING
