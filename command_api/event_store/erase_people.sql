-- Destroys the keys of people who have just been erased, and what is remembered of their commands;
-- that their follows and posts are still to be ended is written down. Runs in the same transaction.
WITH erased AS (
    DELETE FROM {keys} WHERE person = ANY(%(persons)s::uuid[]) RETURNING number, person
),
forgotten AS (
    DELETE FROM {commands} WHERE person = ANY(%(persons)s::uuid[])
)
INSERT INTO {erasures} (number, person)
SELECT number, person FROM erased
