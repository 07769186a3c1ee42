-- The log after a position up to another as four numbers an event: position, kind, and what two of
-- its payload's fields say. Read from the payloads by SQL alone, so that verification shares no
-- decoding with what it verifies. The payload of an event in quarantine is not looked at.
-- kind: 0 says nothing here, 1 registered, 2 published (author), 3 deleted (author, post),
--       4 followed, 5 unfollowed (follower, followee), -1 a kind or version not known here
-- Thousands of events in one row, each number in 8 bytes, so that little is left to do for whoever
-- reads them.
SELECT
    string_agg(
        int8send(notification_id)
        || int8send(
            CASE
                WHEN is_left_out THEN 0
                WHEN coalesce(payload.v, 1) <> 1 THEN -1
                ELSE CASE topic
                    WHEN 'handle.claimed' THEN 0
                    WHEN 'person.registered' THEN 1
                    WHEN 'post.published' THEN 2
                    WHEN 'post.deleted' THEN 3
                    WHEN 'person.followed' THEN 4
                    WHEN 'person.unfollowed' THEN 5
                    ELSE -1
                END
            END
        )
        || int8send(coalesce(payload.author, payload.follower, 0))
        || int8send(coalesce(payload.post, payload.followee, 0)),
        ''::bytea ORDER BY notification_id
    )
FROM slackwater_events
CROSS JOIN LATERAL (SELECT notification_id IN ({left_out}) AS is_left_out) AS quarantine
CROSS JOIN LATERAL json_to_record(
    CASE WHEN is_left_out THEN '{{}}' ELSE convert_from(state, 'UTF8') END::json
) AS payload (
    v bigint, at timestamptz, author bigint, follower bigint, post bigint, followee bigint
)
WHERE notification_id > {after} AND notification_id <= {until}
GROUP BY notification_id / 4096
ORDER BY notification_id / 4096
