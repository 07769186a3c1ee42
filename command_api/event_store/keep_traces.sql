-- A restored store gives positions again.
WITH gone AS (
    DELETE FROM {traces} WHERE position <= %(oldest)s
)
INSERT INTO {traces} (position, traceparent)
SELECT position, traceparent
FROM unnest(%(positions)s::bigint[], %(traceparents)s::text[]) AS kept (position, traceparent)
ON CONFLICT (position) DO UPDATE SET traceparent = excluded.traceparent
