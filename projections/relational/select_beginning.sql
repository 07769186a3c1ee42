-- The position of the event that something with this public id began with, applied or not.
SELECT notification_id
FROM {events}
WHERE originator_id = %(id)s AND originator_version = 1 AND topic = %(topic)s
