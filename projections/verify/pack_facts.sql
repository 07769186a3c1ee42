-- The log after a position up to another, all of it in one row: of each event its position and kind,
-- in 8 bytes each, and its payload as it is, in brackets of its own. Of one in quarantine it is empty.
-- kind: 0 says nothing here, 1 registered, 2 published, 3 deleted, 4 followed, 5 unfollowed,
--       6 erased, -1 not known here
-- Payloads are taken apart by whoever reads this: Postgres needs ten times as long for it.
SELECT
    string_agg(
        int8send(notification_id)
        || int8send(
            CASE
                WHEN is_left_out THEN 0
                ELSE CASE topic
                    WHEN 'handle.claimed' THEN 0
                    WHEN 'person.registered' THEN 1
                    WHEN 'post.published' THEN 2
                    WHEN 'post.deleted' THEN 3
                    WHEN 'person.followed' THEN 4
                    WHEN 'person.unfollowed' THEN 5
                    WHEN 'person.erased' THEN 6
                    ELSE -1
                END
            END
        ),
        ''::bytea ORDER BY notification_id
    ),
    string_agg(
        CASE WHEN is_left_out THEN '{{}}'::bytea ELSE state END,
        '],['::bytea ORDER BY notification_id
    )
FROM slackwater_events
CROSS JOIN LATERAL (SELECT notification_id IN ({left_out}) AS is_left_out) AS quarantine
WHERE notification_id > {after} AND notification_id <= {until}
