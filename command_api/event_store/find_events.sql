-- The events of a group that are in the store already, word for word: after a lost reply this
-- tells whether the lost transaction had been committed.
SELECT e.originator_id, e.originator_version, e.notification_id
FROM json_to_recordset(%(events)s::json) AS t (
    originator_id uuid, originator_version bigint, topic text, state text
)
JOIN {events} e USING (originator_id, originator_version, topic)
WHERE e.state = decode(t.state, 'base64')
