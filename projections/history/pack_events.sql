-- The log after one position up to another, all of a topic in one row: for each event its position
-- in 8 bytes and its aggregate's id in 16, and the payloads as they are, each in brackets of its own.
SELECT
    topic,
    string_agg(int8send(notification_id) || uuid_send(originator_id), ''::bytea ORDER BY notification_id),
    string_agg(state, '],['::bytea ORDER BY notification_id)
FROM slackwater_events
WHERE notification_id > %(after)s AND notification_id <= %(until)s
GROUP BY topic
