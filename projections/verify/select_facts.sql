-- What people and posts with these numbers are, read from their first events by SQL alone. Of those
-- in quarantine nothing is said.
SELECT
    notification_id, originator_id, payload.at,
    coalesce(payload.author, 0), coalesce(payload.text, ''),
    coalesce(payload.handle, ''), coalesce(payload.display_name, '')
FROM slackwater_events
CROSS JOIN LATERAL json_to_record(
    CASE WHEN notification_id IN ({left_out}) THEN '{{}}' ELSE convert_from(state, 'UTF8') END::json
) AS payload (at timestamptz, author bigint, text text, handle text, display_name text)
WHERE notification_id = ANY(%(numbers)s)
