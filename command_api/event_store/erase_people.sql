-- Destroys the keys of people who have just been erased, and what is remembered of their commands;
-- that their follows and posts are still to be ended is written down, whether or not they had a key.
-- Runs in the same transaction.
WITH destroyed AS (
    DELETE FROM {keys} WHERE person = ANY(%(persons)s::uuid[])
),
forgotten AS (
    DELETE FROM {commands} WHERE person = ANY(%(persons)s::uuid[])
)
INSERT INTO {erasures} (number, person)
SELECT * FROM unnest(%(numbers)s::bigint[], %(persons)s::uuid[])
ON CONFLICT DO NOTHING
