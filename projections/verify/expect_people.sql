-- What the table of people has to hold as of a position, from the log alone.
SELECT notification_id AS number, originator_id AS id, payload.handle, payload.display_name, payload.at,
    coalesce(payload.v, 1) > 1 AS is_sealed
FROM slackwater_events
CROSS JOIN LATERAL json_to_record(
    CASE WHEN notification_id IN ({left_out}) THEN '{{}}' ELSE convert_from(state, 'UTF8') END::json
) AS payload (v integer, handle text, display_name text, at timestamptz)
WHERE topic = 'person.registered' AND notification_id <= {position}
    AND (notification_id * 7919 + {seed}) % 10007 < {share}
    AND notification_id NOT IN ({left_out})
