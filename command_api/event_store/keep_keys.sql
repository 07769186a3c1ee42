-- The keys of people who have just registered. Runs in the same transaction.
INSERT INTO {keys} (number, person, key)
SELECT * FROM unnest(%(numbers)s::bigint[], %(persons)s::uuid[], %(keys)s::bytea[])
