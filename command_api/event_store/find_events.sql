-- The events of a group that are in the store already, word for word: after a lost reply this
-- tells whether the lost transaction had been committed.
SELECT e.originator_id, e.originator_version, e.notification_id
FROM unnest(
    %(originator_ids)s::uuid[],
    %(originator_versions)s::bigint[],
    %(topics)s::text[],
    %(states)s::bytea[]
) AS t (originator_id, originator_version, topic, state)
JOIN {events} e USING (originator_id, originator_version, topic, state)
