-- The log after one position up to another, oldest first, for bulk reading.
COPY (
    SELECT notification_id, originator_id, topic, state
    FROM slackwater_events
    WHERE notification_id > {after} AND notification_id <= {until}
    ORDER BY notification_id
) TO STDOUT (FORMAT binary)
