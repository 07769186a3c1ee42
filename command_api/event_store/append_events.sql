-- Appends a group: every append whose places in its aggregates are all free, and for which all
-- that it assumes stands where it is assumed to stand, whole; no other.
-- Runs under the table lock, so that what is free here stays free, and positions appear in
-- commit order. Returns the position given to each event.
WITH incoming AS (
    SELECT *
    FROM unnest(
        %(appends)s::integer[],
        %(originator_ids)s::uuid[],
        %(originator_versions)s::bigint[],
        %(topics)s::text[],
        %(states)s::bytea[]
    ) WITH ORDINALITY AS t (append, originator_id, originator_version, topic, state, place)
),
refused AS (
    SELECT DISTINCT append
    FROM incoming
    JOIN {events} USING (originator_id, originator_version)
    UNION
    SELECT assumed.append
    FROM unnest(
        %(assuming)s::integer[], %(assumed_positions)s::bigint[], %(assumed_ids)s::uuid[]
    ) AS assumed (append, position, originator_id)
    WHERE NOT EXISTS (
        SELECT FROM {events} AS standing
        WHERE standing.notification_id = assumed.position
            AND standing.originator_id = assumed.originator_id
    )
)
INSERT INTO {events} (originator_id, originator_version, topic, state)
SELECT originator_id, originator_version, topic, state
FROM incoming
WHERE append NOT IN (SELECT append FROM refused)
ORDER BY place
RETURNING originator_id, originator_version, notification_id
