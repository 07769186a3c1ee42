-- What people and posts with these numbers are, read from their first events by SQL alone. Of those
-- in quarantine nothing is said. Last: whether texts are sealed, the key of a person, and why there is
-- none: it was destroyed, or it is lost.
SELECT
    notification_id, originator_id, payload.at,
    coalesce(payload.author, 0), coalesce(payload.text, ''),
    coalesce(payload.handle, ''), coalesce(payload.display_name, ''),
    coalesce(payload.v, 1) > 1, person.key,
    CASE WHEN coalesce(payload.v, 1) > 1 AND topic = 'person.registered' AND person.key IS NULL THEN
        CASE WHEN EXISTS (
            SELECT FROM slackwater_events AS later
            WHERE later.originator_id = event.originator_id AND later.topic = 'person.erased'
        ) THEN 'destroyed' ELSE 'lost' END
    END
FROM slackwater_events AS event
LEFT JOIN slackwater_keys AS person ON person.number = notification_id
CROSS JOIN LATERAL json_to_record(
    CASE WHEN notification_id IN ({left_out}) THEN '{{}}' ELSE convert_from(state, 'UTF8') END::json
) AS payload (at timestamptz, v integer, author bigint, text text, handle text, display_name text)
WHERE notification_id = ANY(%(numbers)s)
