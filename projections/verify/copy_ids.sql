-- The public ids of all people and posts after a position, in order of their numbers.
COPY (
    SELECT notification_id, originator_id
    FROM slackwater_events
    WHERE notification_id > {after} AND topic IN ('person.registered', 'post.published')
    ORDER BY notification_id
) TO STDOUT (FORMAT binary)
