-- What the table of follows has to hold as of a position, from the log alone: of the changes of a
-- pair those that change something, and of these every follow, which the next one ends.
SELECT follower, followee, from_position, to_position
FROM (
    SELECT
        follower, followee, topic, position AS from_position,
        lead(position) OVER (PARTITION BY follower, followee ORDER BY position) AS to_position
    FROM (
        SELECT
            payload.follower, payload.followee, notification_id AS position, topic,
            lag(topic, 1, 'person.unfollowed') OVER (
                PARTITION BY payload.follower, payload.followee ORDER BY notification_id
            ) AS before
        FROM slackwater_events
        CROSS JOIN LATERAL json_to_record(
            CASE
                WHEN notification_id IN ({left_out}) THEN '{{}}' ELSE convert_from(state, 'UTF8')
            END::json
        ) AS payload (follower bigint, followee bigint)
        WHERE topic IN ('person.followed', 'person.unfollowed') AND notification_id <= {position}
            AND (payload.follower * 7919 + {seed}) % 10007 < {share}
            AND notification_id NOT IN ({left_out})
            AND payload.follower NOT IN ({left_out})
            AND payload.followee NOT IN ({left_out})
    ) AS events
    WHERE topic <> before
) AS changes
WHERE topic = 'person.followed'
