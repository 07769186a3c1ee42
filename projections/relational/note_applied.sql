-- Notes which event of the store a generation has applied last. No row comes back if the store does
-- not have the event that was read there (null: whichever it has is right).
INSERT INTO {applied} (number, event)
SELECT %(number)s, md5(event.originator_id::text || event.topic || encode(event.state, 'hex'))
FROM {events} AS event
WHERE event.notification_id = %(position)s
    AND event.originator_id = coalesce(%(originator_id)s::uuid, event.originator_id)
    AND event.topic = coalesce(%(topic)s::text, event.topic)
    AND event.state = coalesce(%(state)s::bytea, event.state)
ON CONFLICT (number) DO UPDATE SET event = excluded.event
RETURNING number
