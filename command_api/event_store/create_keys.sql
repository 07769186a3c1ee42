-- The key of every person who is not erased: what seals their names and texts in the log. A row is
-- written in the transaction of their registration; erasing them removes it for good.
CREATE TABLE IF NOT EXISTS {keys} (
    number bigint PRIMARY KEY,
    person uuid NOT NULL UNIQUE,
    key bytea NOT NULL
);
-- People who are erased, while what they left behind is being ended: their follows and their posts.
CREATE TABLE IF NOT EXISTS {erasures} (
    number bigint PRIMARY KEY,
    person uuid NOT NULL,
    began_at timestamptz NOT NULL DEFAULT now()
)
