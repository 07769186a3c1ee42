-- Rows of a table that are not as expected: key, what is there as text, what should be (null:
-- nothing); then, in a row without a key, how many rows were expected.
WITH expected AS MATERIALIZED ({expected}),
found AS (SELECT * FROM {table} WHERE ({sampled} * 7919 + {seed}) % 10007 < {share})
SELECT
    coalesce(expected.{key}, found.{key}), coalesce(expected.{entry}, found.{entry}),
    found::text, expected::text
FROM expected
FULL JOIN found ON (found.{key}, found.{entry}) = (expected.{key}, expected.{entry})
WHERE expected::text IS DISTINCT FROM found::text
UNION ALL
SELECT NULL, count(*), NULL, NULL FROM expected
