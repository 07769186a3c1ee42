-- Appends a group: every append whose places in its aggregates are all free, and for which all
-- that it assumes stands where it is assumed to stand, and is the newest of its aggregate, whole; no
-- other.
-- Runs under the table lock, so that what is free here stays free, and positions appear in
-- commit order. Returns the position given to each event.
WITH incoming AS (
    SELECT
        append, originator_id, originator_version, topic, decode(state, 'base64') AS state, place
    FROM ROWS FROM (
        json_to_recordset(%(events)s::json) AS (
            append integer, originator_id uuid, originator_version bigint, topic text, state text
        )
    ) WITH ORDINALITY AS t (append, originator_id, originator_version, topic, state, place)
),
refused AS (
    SELECT DISTINCT append
    FROM incoming
    JOIN {events} USING (originator_id, originator_version)
    UNION
    SELECT assumed.append
    FROM json_to_recordset(%(assumptions)s::json) AS assumed (
        append integer, position bigint, originator_id uuid
    )
    WHERE NOT EXISTS (
        SELECT FROM {events} AS standing
        WHERE standing.notification_id = assumed.position
            AND standing.originator_id = assumed.originator_id
            AND NOT EXISTS (
                SELECT FROM {events} AS newer
                WHERE newer.originator_id = standing.originator_id
                    AND newer.originator_version > standing.originator_version
            )
    )
)
INSERT INTO {events} (originator_id, originator_version, topic, state)
SELECT originator_id, originator_version, topic, state
FROM incoming
WHERE append NOT IN (SELECT append FROM refused)
ORDER BY place
RETURNING originator_id, originator_version, notification_id
