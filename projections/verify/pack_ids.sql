-- The public ids of all people and posts after a position, in order of their numbers: each number
-- in 8 bytes, each id in 16, thousands in one row.
SELECT string_agg(int8send(notification_id) || uuid_send(originator_id), ''::bytea ORDER BY notification_id)
FROM slackwater_events
WHERE notification_id > {after} AND topic IN ('person.registered', 'post.published')
GROUP BY notification_id / 4096
ORDER BY notification_id / 4096
