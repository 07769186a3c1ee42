-- What the table of posts has to hold as of a position, from the log alone.
SELECT
    published.notification_id AS number, published.originator_id AS id, payload.author,
    payload.text, payload.at, deleted.notification_id AS deleted_position,
    coalesce(payload.v, 1) > 1 AS is_sealed
FROM slackwater_events AS published
LEFT JOIN slackwater_events AS deleted
    ON deleted.originator_id = published.originator_id
    AND deleted.topic = 'post.deleted' AND deleted.notification_id <= {position}
    AND deleted.notification_id NOT IN ({left_out})
CROSS JOIN LATERAL json_to_record(
    CASE
        WHEN published.notification_id IN ({left_out}) THEN '{{}}'
        ELSE convert_from(published.state, 'UTF8')
    END::json
) AS payload (v integer, author bigint, text text, at timestamptz)
WHERE published.topic = 'post.published' AND published.notification_id <= {position}
    AND (published.notification_id * 7919 + {seed}) % 10007 < {share}
    AND published.notification_id NOT IN ({left_out})
    AND payload.author NOT IN ({left_out})
