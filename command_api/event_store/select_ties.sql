-- The events that may tie a person to others after a position up to another: their posts, their
-- follows, and those who follow them, each if it is the newest of its aggregate. Payloads are found
-- as the codec writes them, by their first bytes, where all that names people stands (erasures.py);
-- so no long text is read. Whoever reads this looks at each again.
SELECT originator_id, originator_version, notification_id, topic, state
FROM {events} AS tie
WHERE notification_id > %(after)s AND notification_id <= %(until)s
    AND topic IN ('post.published', 'post.deleted', 'person.followed', 'person.unfollowed')
    AND substring(state FROM 1 FOR %(bytes)s::integer) LIKE ANY(%(names)s::bytea[])
    -- A value and no join: it is looked up in the index, for the few that are left.
    AND originator_version = (
        SELECT max(originator_version) FROM {events} WHERE originator_id = tie.originator_id
    )
ORDER BY notification_id
LIMIT %(limit)s
