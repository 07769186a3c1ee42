-- What the table of follows has to hold as of a position, from the log alone: in the aggregate of
-- a pair every odd version is a follow, and the version after it ends it.
SELECT follower, followee, from_position, to_position
FROM (
    SELECT
        payload.follower, payload.followee, notification_id AS from_position, originator_version,
        lead(notification_id) OVER (PARTITION BY originator_id ORDER BY originator_version)
            AS to_position
    FROM slackwater_events
    CROSS JOIN LATERAL json_to_record(convert_from(state, 'UTF8')::json)
        AS payload (follower bigint, followee bigint)
    WHERE topic IN ('person.followed', 'person.unfollowed') AND notification_id <= {position}
        AND (payload.follower * 7919 + {seed}) % 10007 < {share}
) AS changes
WHERE originator_version % 2 = 1
